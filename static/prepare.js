/* 离线准备: lends the pages of the coming visits to this browser, and shows what has not been sent. */
const page = document.querySelector("[data-prepare]");
const told = page.querySelector("[data-told]");
const usable = window.isSecureContext && "serviceWorker" in navigator && "caches" in window;
page.querySelector("[data-insecure]").hidden = usable;
page.querySelector("[data-start]").hidden = !usable || page.dataset.visits === "0";

/* Style sheets, scripts and icons of a page. */
function assets(text, place) {
  const found = new DOMParser().parseFromString(text, "text/html");
  const linked = [...found.querySelectorAll("link[rel=stylesheet], link[rel=icon], link[rel=manifest], script[src]")];
  return linked.map((one) => new URL(one.getAttribute("href") || one.getAttribute("src"), new URL(place, location)).href);
}

/* Where our own font is in use, because the device has no Chinese one: its slices for these pages, too. */
async function slices(text) {
  const loaded = () => performance.getEntriesByType("resource").map((one) => one.name).filter((one) => one.endsWith(".woff2"));
  /* It also names a local font that is not there: then wait for the others. */
  if (loaded().length) await document.fonts.load('1em "ZZ Fallback"', [...new Set(text)].join("")).catch(() => document.fonts.ready);
  return loaded();
}

async function ask(place, type) {
  const answer = await fetch(place, { headers: { Accept: type } });
  if (!answer.ok || answer.redirected) throw new Error(place);
  return answer;
}

/* Everything is fetched before the copy of an earlier time is replaced. */
async function prepare(step) {
  await navigator.serviceWorker.register(page.dataset.worker, { scope: page.dataset.scope });
  await navigator.serviceWorker.ready;
  navigator.storage?.persist?.();
  const { account, visits } = await (await ask(offline.dataset.session, "application/json")).json();
  if (account !== me) throw new Error("somebody else");
  const [pages, wanted] = [new Map(), new Set([page.dataset.nothing])];
  let texts = offline.dataset.texts;
  for (const place of [page.dataset.nothing, ...[...page.querySelectorAll("[data-page]")].map((one) => one.dataset.page)]) {
    const answer = await ask(place, "text/html");
    if (place !== page.dataset.nothing) pages.set(place, answer.clone());
    const text = await answer.text();
    assets(text, place).forEach((one) => wanted.add(one));
    texts += text;
    step();
  }
  (await slices(texts)).forEach((one) => wanted.add(one));
  const shared = await caches.open("zhizhen-shared");
  for (const old of await shared.keys()) if (!old.url.endsWith(".woff2")) await shared.delete(old);
  await shared.addAll([...wanted]);
  await Lent.wipe();
  const lent = await caches.open(LENT);
  for (const [place, answer] of pages) await lent.put(place, answer);
  await Lent.put(lent, { account, at: Date.now(), visits });
}

page.querySelector("[data-start]").addEventListener("click", async (event) => {
  const meter = page.querySelector("progress");
  meter.max = page.querySelectorAll("[data-page]").length + 1;
  meter.value = 0;
  meter.hidden = false;
  event.target.disabled = true;
  told.textContent = words.preparing;
  try {
    await prepare(() => { meter.value += 1; });
    told.textContent = words.prepared.replace("{count}", page.dataset.visits);
  } catch {
    told.textContent = words.not_prepared;
  }
  meter.hidden = true;
  event.target.disabled = false;
  await showState();
});

async function showState() {
  const stamp = usable && (await Lent.stamp());
  const day = (at) => new Date(at).toLocaleDateString("zh-CN", { year: "numeric", month: "long", day: "numeric" });
  const ready = stamp && page.dataset.visits !== "0" && stamp.account === me && Date.now() - stamp.at <= LENT_FOR;
  page.querySelector("[data-ready]").textContent = ready ? words.prepared_on.replace("{day}", day(stamp.at)).replace("{until}", day(stamp.at + LENT_FOR)) : "";
  const rows = await Outbox.unsent(me);
  page.querySelector("[data-unsent]").replaceChildren(...rows.map(line));
  page.querySelector("[data-none]").hidden = rows.length > 0;
}

function line(one) {
  const item = document.createElement("li");
  const state = { waiting: words.file_waits, conflict: words.conflict, refused: one.found?.message }[one.state];
  const text = `${one.firm}，${one.title}`;
  const place = page.querySelector(`[data-visit="${one.visit}"] a`);
  if (place) {
    const link = document.createElement("a");
    link.href = `${place.getAttribute("href")}#q-${one.question}`;
    link.textContent = text;
    item.append(link);
  } else {
    item.append(text);
  }
  item.append(`：${one.name || one.text}（${state}） `);
  if (one.state === "refused") item.append(button(words.resend, () => resend(one)), " ", button(words.discard, () => discard(one)));
  return item;
}

async function resend(one) {
  await Outbox.edit("changes", one.change, (row) => ({ ...row, state: "waiting", found: undefined }));
  await Sync.now();
}

async function discard(one) {
  if (!confirm(words.discard_sure)) return;
  await Outbox.drop("changes", one.change);
  await Sync.now();
}

document.addEventListener("synced", showState);
showState();
