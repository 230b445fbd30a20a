/* Sends what waits in the outbox: on opening a page, when the network comes back, after each 保存. The server carries out
   each change once, whatever is sent twice. Nothing leaves the outbox before the server has answered. */
const offline = document.getElementById("offline");
const words = JSON.parse(offline.dataset.texts);
const me = Number(offline.dataset.account);
const LENT = "zhizhen-lent";
const LENT_FOR = 14 * 24 * 3600 * 1000; // milliseconds; sw.js has it, too

function button(label, todo) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "btn btn-outline-primary btn-sm";
  made.textContent = label;
  made.addEventListener("click", todo);
  return made;
}

/* The pages lent to this browser for work without network, see sw.js; with a stamp: {account, at, visits}, when they were
   lent to whom, and the version of each visit. */
const Lent = (() => {
  const wipe = async () => { if (window.caches) await caches.delete(LENT); };
  const put = (lent, stamp) => lent.put(offline.dataset.lent, new Response(JSON.stringify(stamp)));

  async function stamp() {
    if (!window.caches || !(await caches.has(LENT))) return null;
    const found = await (await caches.open(LENT)).match(offline.dataset.lent);
    return found ? found.json() : null;
  }

  /* [address, visit] of each page; none for a page about all visits. */
  async function pages(lent) {
    const found = (await lent.keys()).map((one) => new URL(one.url).pathname).filter((one) => one !== offline.dataset.lent);
    return found.map((one) => [one, one.match(/\/visits\/(\d+)\//)?.[1]]);
  }

  /* Takes back what this browser may no longer keep. */
  async function takeBack(who) {
    const told = await stamp();
    if (told?.account !== who.account || Date.now() - told.at > LENT_FOR) return wipe();
    const lent = await caches.open(LENT);
    const ended = (await pages(lent)).filter(([, visit]) => visit && !(visit in who.visits));
    for (const [address] of ended) await lent.delete(address);
  }

  /* Fetches anew the pages of visits that moved on, or to which something was sent. */
  async function renew(who, sent) {
    const told = await stamp();
    const ids = new Set([...Object.keys(told?.visits || {}), ...Object.keys(who.visits)]);
    const moved = [...ids].filter((one) => told?.visits[one] !== who.visits[one] || sent.has(Number(one)));
    if (!told || !moved.length) return;
    const lent = await caches.open(LENT);
    for (const [address, visit] of await pages(lent)) {
      if (visit && !moved.includes(visit)) continue;
      const answer = await fetch(address, { headers: { Accept: "text/html" } });
      if (answer.ok && !answer.redirected) await lent.put(address, answer);
    }
    await put(lent, { ...told, visits: who.visits });
  }

  return { wipe, put, stamp, takeBack, renew };
})();

const Sync = (() => {
  const LATER = { 401: "signed_out", 408: "offline", 429: "offline", 500: "offline", 502: "offline", 503: "offline", 504: "offline" };
  const tabs = new BroadcastChannel("zhizhen");
  let running = null;
  let again = false;
  let news = [];

  /* {account, csrf, visits} of whoever is logged in; null when nobody is, or somebody else. */
  async function session() {
    const answer = await fetch(offline.dataset.session, { headers: { Accept: "application/json" } });
    if (![200, 401, 404].includes(answer.status)) throw new Error(String(answer.status));
    const found = answer.ok ? await answer.json() : null;
    await (found ? Lent.takeBack(found) : Lent.wipe());
    return found?.account === me ? found : null;
  }

  async function post(one, csrf) {
    const body = one.file ? new FormData() : new URLSearchParams();
    one.fields.forEach(([name, value]) => body.append(name, value));
    body.append("change", one.change);
    if (one.file) body.append("file", one.file, one.name);
    else body.append("version", one.version);
    const answer = await fetch(one.url, {
      method: "POST",
      body,
      headers: { "X-CSRFToken": csrf, Accept: "application/json" },
    });
    const isJson = answer.headers.get("Content-Type")?.startsWith("application/json");
    return { status: answer.status, found: isJson ? await answer.json() : {} };
  }

  /* Sends one; returns why the others had better wait, if they had. */
  async function sendOne(one, csrf) {
    const { status, found } = await post(one, csrf);
    if (LATER[status]) return LATER[status];
    const told = { visit: one.visit, question: one.question, change: one.change, raised: found.raised || {} };
    document.dispatchEvent(new CustomEvent("sent", { detail: told }));
    news.push(told);
    if (status === 200) {
      await Outbox.edit("changes", one.change, (row) => ({ ...row, state: "sent", version: found.version }));
      await raise(told);
    } else if (await isNewest(one)) {
      const kept = status === 409 && found.conflict ? { state: "conflict", found } : { state: "refused", found: { message: found.message || words.refused } };
      await Outbox.edit("changes", one.change, (row) => ({ ...row, ...kept }));
    } else {
      await Outbox.drop("changes", one.change);
    }
    return null;
  }

  const isNewest = async (one) => Boolean(one.file) || !(await Outbox.of("changes", me)).some(
    (row) => row.visit === one.visit && row.question === one.question && !row.file && row.state === "waiting" && row.change !== one.change,
  );

  /* Our own change made newer versions: what was entered here after it has seen them. */
  async function raise({ visit, raised }) {
    for (const [store, key] of [["changes", "change"], ["drafts", "place"]]) {
      for (const { [key]: which } of await Outbox.of(store, me)) {
        await Outbox.edit(store, which, (row) => {
          const next = row.visit === visit && !row.file && row.version + 1 === raised[row.question];
          return next ? { ...row, version: row.version + 1 } : row;
        });
      }
    }
  }

  async function sendAll() {
    const who = await session();
    if (!who) return "signed_out";
    for (const { change } of await Outbox.of("changes", me)) {
      const one = await Outbox.get("changes", change);
      const stop = one?.state === "waiting" ? await sendOne(one, who.csrf) : null;
      if (stop) return stop;
    }
    const sent = (await Outbox.of("changes", me)).filter((row) => row.state === "sent");
    await Lent.renew(who, new Set(sent.map((row) => row.visit)));
    for (const { change } of sent) await Outbox.drop("changes", change);
    return "online";
  }

  async function run() {
    let state;
    do {
      again = false;
      try {
        state = await (navigator.locks ? navigator.locks.request("zhizhen-sync", sendAll) : sendAll());
      } catch {
        state = "offline"; // or the server does not answer: what waits keeps waiting
      }
    } while (again);
    const told = { account: me, state, news };
    news = [];
    tabs.postMessage(told);
    await tell(told);
  }

  async function tell({ state }) {
    await show(state);
    document.dispatchEvent(new CustomEvent("synced"));
  }

  /* How many wait, and why. */
  async function show(state) {
    const rows = await Outbox.unsent(me);
    const places = (name) => new Set(rows.filter((row) => row.state === name).map((row) => (row.file ? row.change : `${row.visit}/${row.question}`)));
    const parts = [[places("waiting").size, words[`waiting_${state}`]], [places("conflict").size, words.conflicts], [places("refused").size, words.refusals]];
    const told = parts.filter(([number]) => number).map(([number, text]) => text.replace("{count}", number));
    if (!told.length) told.push(state === "online" ? words.all_sent : words[state]);
    document.querySelectorAll("[data-sync-state]").forEach((one) => { one.textContent = told.join(" "); });
  }

  /* Another tab has sent something: what this one shows is older. */
  tabs.onmessage = ({ data }) => {
    if (data.account !== me) return;
    data.news.forEach((one) => document.dispatchEvent(new CustomEvent("sent", { detail: { ...one, elsewhere: true } })));
    tell(data);
  };

  function now() {
    if (running) again = true;
    else running = run().finally(() => { running = null; });
    return running;
  }

  return { now };
})();

/* Leaving by the button takes everything of this account off this browser; what is unsent is asked about first. */
document.querySelectorAll("form[data-logout]").forEach((form) => form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (!navigator.onLine) { alert(words.logout_offline); return; }
  const left = [...await Outbox.unsent(me), ...await Outbox.of("drafts", me)].length;
  if (left && !confirm(words.logout.replace("{count}", left))) return;
  await Outbox.forget(me);
  await Lent.wipe();
  form.submit();
}));

for (const moment of ["DOMContentLoaded", "online", "offline"]) addEventListener(moment, () => Sync.now());
/* Only while something waits: asking all the time would keep an unattended session alive. */
setInterval(async () => { if ((await Outbox.unsent(me)).some((row) => row.state === "waiting")) Sync.now(); }, 15000);
