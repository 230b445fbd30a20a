/* Sends what waits in the outbox: on opening a page, when the network comes back, after each 保存. The server carries out
   each change once, whatever is sent twice. Nothing leaves the outbox before the server has answered. */
const offline = document.getElementById("offline");
const words = JSON.parse(offline.dataset.texts);
const me = Number(offline.dataset.account);
const LENT = "zhizhen-lent";

/* The pages lent to this browser for work without network; see sw.js. */
const Lent = {
  wipe: async () => { if (window.caches) await caches.delete(LENT); },
  async keepOnly(visits) {
    if (!window.caches || !(await caches.has(LENT))) return;
    const lent = await caches.open(LENT);
    for (const request of await lent.keys()) {
      const found = new URL(request.url).pathname.match(/\/visits\/(\d+)\//);
      if (found && !visits.includes(Number(found[1]))) await lent.delete(request);
    }
  },
};

const Sync = (() => {
  let running = null;
  let again = false;

  /* {account, csrf, visits} of whoever is logged in; null when nobody is, or somebody else. */
  async function session() {
    const answer = await fetch(offline.dataset.session, { headers: { Accept: "application/json" } });
    if (answer.status !== 401 && answer.status !== 404 && !answer.ok) throw new Error(String(answer.status));
    const found = answer.ok ? await answer.json() : null;
    if (found?.account === me) {
      await Lent.keepOnly(found.visits);
      return found;
    }
    await Lent.wipe();
    return null;
  }

  async function post(one, csrf) {
    const body = new FormData();
    const plain = new URLSearchParams();
    const target = one.file ? body : plain;
    one.fields.forEach(([name, value]) => target.append(name, value));
    target.append("change", one.change);
    if (one.file) body.append("file", one.file, one.name);
    else plain.append("version", one.version);
    const answer = await fetch(one.url, {
      method: "POST",
      body: target,
      headers: { "X-CSRFToken": csrf, Accept: "application/json" },
    });
    const isJson = answer.headers.get("Content-Type")?.startsWith("application/json");
    return { status: answer.status, found: isJson ? await answer.json() : {} };
  }

  const LATER = [401, 408, 429, 500, 502, 503, 504];

  /* Sends one; false when the others had better wait. */
  async function sendOne(one, csrf) {
    const { status, found } = await post(one, csrf);
    if (LATER.includes(status)) return false;
    const now = await Outbox.get("changes", one.change);
    if (status === 200) {
      await Outbox.drop("changes", one.change);
      await raise(found.questions || {}, one.visit);
    } else if (now) {
      const state = status === 409 && found.conflict ? "conflict" : "refused";
      await Outbox.put("changes", { ...now, state, found: state === "refused" ? { message: found.message || words.refused } : found });
    }
    document.dispatchEvent(new CustomEvent("sent", { detail: { one, status, found } }));
    return true;
  }

  /* Our own change made newer versions; changes that wait behind it have seen them. */
  async function raise(questions, visit) {
    for (const row of await Outbox.of("changes", me)) {
      const version = questions[row.question]?.version;
      if (row.visit === visit && row.state === "waiting" && !row.file && version === row.version + 1) {
        await Outbox.put("changes", { ...row, version });
      }
    }
  }

  async function sendAll() {
    const who = await session();
    if (!who) return "signed_out";
    for (const { change } of await Outbox.of("changes", me)) {
      const one = await Outbox.get("changes", change);
      if (one?.state === "waiting" && !(await sendOne(one, who.csrf))) return "offline";
    }
    return "online";
  }

  async function run() {
    let state = "offline";
    try {
      do {
        again = false;
        state = await (navigator.locks ? navigator.locks.request("zhizhen-sync", sendAll) : sendAll());
      } while (again);
    } catch { /* no network, or the server does not answer: what waits keeps waiting */ }
    await show(state);
    document.dispatchEvent(new CustomEvent("synced", { detail: state }));
  }

  /* How many wait, and why. */
  async function show(state) {
    const rows = await Outbox.of("changes", me);
    const count = (name) => rows.filter((row) => row.state === name).length;
    const parts = [[count("waiting"), words[`waiting_${state}`]], [count("conflict"), words.conflicts], [count("refused"), words.refusals]];
    const told = parts.filter(([number]) => number).map(([number, text]) => text.replace("{count}", number));
    if (!told.length) told.push(state === "online" ? words.all_sent : words[state]);
    document.querySelectorAll("[data-sync-state]").forEach((one) => { one.textContent = told.join(" "); });
  }

  function now() {
    if (running) again = true;
    else running = run().finally(() => { running = null; });
    return running;
  }

  return { now, show };
})();

/* Leaving by the button takes everything of this account off this browser; what is unsent is asked about first. */
document.querySelectorAll("form[data-logout]").forEach((form) => form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const rows = await Outbox.of("changes", me);
  if (rows.length && !confirm(words.logout.replace("{count}", rows.length))) return;
  await Outbox.forget(me);
  await Lent.wipe();
  form.submit();
}));

addEventListener("online", () => Sync.now());
setInterval(() => Sync.now(), 30000);
Sync.now();
