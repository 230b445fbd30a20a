/* 离线准备: lends the pages of the coming visits to this browser, and shows what has not been sent. */
const page = document.querySelector("[data-prepare]");
const ready = page.querySelector("[data-ready]");
const usable = window.isSecureContext && "serviceWorker" in navigator && "caches" in window;
page.querySelector("[data-insecure]").hidden = usable;
page.querySelector("[data-start]").hidden = !usable;

const assets = (text) => {
  const found = new DOMParser().parseFromString(text, "text/html");
  const linked = [...found.querySelectorAll("link[rel=stylesheet], link[rel=icon], link[rel=manifest], script[src]")];
  return linked.map((one) => one.getAttribute("href") || one.getAttribute("src"));
};

async function prepare() {
  const meter = page.querySelector("progress");
  const places = [...page.querySelectorAll("[data-page]")].map((one) => one.dataset.page);
  meter.max = places.length;
  meter.hidden = false;
  await navigator.serviceWorker.register(page.dataset.worker, { scope: page.dataset.scope });
  await navigator.serviceWorker.ready;
  await navigator.storage?.persist?.();
  await caches.delete("zhizhen-shared");
  await caches.delete(LENT);
  const [lent, shared] = [await caches.open(LENT), await caches.open("zhizhen-shared")];
  const wanted = new Set();
  for (const [number, place] of places.entries()) {
    const answer = await fetch(place, { headers: { Accept: "text/html" } });
    if (!answer.ok || answer.redirected) throw new Error(place);
    await lent.put(place, answer.clone());
    assets(await answer.text()).forEach((one) => wanted.add(one));
    meter.value = number + 1;
  }
  await shared.addAll([...wanted, page.dataset.nothing]);
  const when = new Date().toISOString();
  await lent.put(page.dataset.lent, new Response(when));
  ready.textContent = words.prepared.replace("{count}", page.dataset.visits);
}

page.querySelector("[data-start]").addEventListener("click", async (event) => {
  event.target.disabled = true;
  ready.textContent = words.preparing;
  try {
    await prepare();
  } catch {
    await Lent.wipe();
    ready.textContent = words.not_prepared;
  }
  event.target.disabled = false;
});

async function showState() {
  const stamp = usable && (await (await caches.open(LENT)).match(page.dataset.lent));
  if (stamp) {
    const day = new Date(await stamp.text());
    const until = new Date(day.getTime() + 14 * 24 * 3600 * 1000);
    const text = (one) => `${one.getFullYear()}年${one.getMonth() + 1}月${one.getDate()}日`;
    ready.textContent = words.prepared_on.replace("{day}", text(day)).replace("{until}", text(until));
  }
  const list = page.querySelector("[data-unsent]");
  const rows = await Outbox.of("changes", me);
  list.replaceChildren(...rows.map(line));
  page.querySelector("[data-none]").hidden = rows.length > 0;
}

function line(one) {
  const item = document.createElement("li");
  const place = page.querySelector(`[data-visit="${one.visit}"]`);
  const about = [place?.dataset.firm || words.ended, place?.querySelector(`[data-title="${one.question}"]`)?.textContent];
  const what = one.file ? one.name : one.fields.map(([, value]) => value).filter(Boolean).join(" / ");
  const state = { waiting: words.file_waits, conflict: words.conflict, refused: one.found?.message }[one.state];
  item.textContent = `${about.filter(Boolean).join("，")}：${what}（${state}） `;
  if (one.state === "refused") item.append(button(words.resend, () => resend(one)), " ", button(words.discard, () => discard(one)));
  return item;
}

function button(label, todo) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "btn btn-outline-primary btn-sm";
  made.textContent = label;
  made.addEventListener("click", todo);
  return made;
}

async function resend(one) {
  await Outbox.put("changes", { ...one, state: "waiting", found: undefined });
  await Sync.now();
}

async function discard(one) {
  if (!confirm(words.discard_sure)) return;
  await Outbox.drop("changes", one.change);
  await showState();
}

document.addEventListener("synced", showState);
showState();
