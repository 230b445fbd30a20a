/* Lets the prepared pages of 现场诊断 open without network. Pages come from the network when there is one; the lent copy
   answers only when there is none. Sending is the pages' own work (sync.js): it needs no background sync. */
const LENT = "zhizhen-lent";
const SHARED = "zhizhen-shared";
const LENT_FOR = 14 * 24 * 3600 * 1000; // milliseconds; sync.js has it, too
const PATIENCE = 8000;
const root = new URL("./", location).pathname;
const isShared = (path) => ["static/", "bootstrap/", "font/"].some((one) => path.startsWith(root + one));
const isPage = (path) => path.startsWith(`${root}visits/`);
const isDoor = (path) => ["login", "join"].some((one) => path === root + one);

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("fetch", (event) => {
  const { pathname, origin } = new URL(event.request.url);
  if (event.request.method !== "GET" || origin !== location.origin) return;
  if (isShared(pathname)) event.respondWith(shared(event.request));
  else if (event.request.mode !== "navigate") return;
  else if (isPage(pathname)) event.respondWith(page(event.request, pathname));
  else if (isDoor(pathname)) event.respondWith(door(event.request));
});

/* Style sheets, scripts and fonts: those that never change from the copy, others only without network. */
async function shared(request) {
  const kept = await caches.match(request, { cacheName: SHARED });
  const fixed = /\?v=|\.woff2$/.test(request.url);
  if (kept && fixed) return kept;
  try {
    const found = await fetch(request);
    if (found.ok && (await caches.has(LENT))) await (await caches.open(SHARED)).put(request, found.clone());
    return found;
  } catch (error) {
    if (kept) return kept;
    throw error;
  }
}

async function page(request, path) {
  const kept = await copy(path);
  try {
    const found = await fetch(request, kept ? { signal: AbortSignal.timeout(PATIENCE) } : {});
    if (kept) await renew(path, found.clone());
    return found;
  } catch {
    return kept || nothing();
  }
}

/* A lent page is kept fresh; one that is gone, or asks to log in, is taken back. */
async function renew(path, found) {
  const lent = await caches.open(LENT);
  if (found.type === "opaqueredirect" || found.status === 401) await caches.delete(LENT);
  else if (found.ok) await lent.put(path, found);
  else if (found.status === 404) await lent.delete(path);
}

async function copy(path) {
  if (!(await caches.has(LENT))) return null;
  const lent = await caches.open(LENT);
  const stamp = await lent.match(`${root}visits/lent`);
  if (stamp && Date.now() - (await stamp.json()).at <= LENT_FOR) return lent.match(path);
  await caches.delete(LENT);
  return null;
}

/* Whoever is asked to log in is not logged in any more, or will be somebody else. */
async function door(request) {
  try {
    const found = await fetch(request);
    if (found.ok) await caches.delete(LENT);
    return found;
  } catch {
    return nothing();
  }
}

/* A page with an address of its own: its links are relative. */
const nothing = () => Response.redirect(`${root}static/offline.html`);
