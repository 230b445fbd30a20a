/* Lets the prepared pages of 现场诊断 open without network. Pages come from the network when there is one; the lent copy
   answers only when there is none. Sending is the pages' own work (sync.js): it needs no background sync. */
const LENT = "zhizhen-lent";
const SHARED = "zhizhen-shared";
const DAYS = 14;
const PATIENCE = 8000;
const root = new URL("./", location).pathname;
const isShared = (path) => ["static/", "bootstrap/", "font/"].some((one) => path.startsWith(root + one));
const isPage = (path) => path.startsWith(`${root}visits/`);

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("fetch", (event) => {
  const path = new URL(event.request.url).pathname;
  if (event.request.method !== "GET" || new URL(event.request.url).origin !== location.origin) return;
  if (isShared(path)) event.respondWith(shared(event.request));
  else if (event.request.mode === "navigate" && isPage(path)) event.respondWith(visit(event.request, path));
});

async function shared(request) {
  const kept = await caches.match(request, { cacheName: SHARED });
  if (kept) return kept;
  const found = await fetch(request);
  if (found.ok && (await caches.has(LENT))) await (await caches.open(SHARED)).put(request, found.clone());
  return found;
}

async function visit(request, path) {
  try {
    const found = await fetch(request, { signal: AbortSignal.timeout(PATIENCE) });
    await renew(path, found.clone());
    return found;
  } catch {
    return (await copy(path)) || (await caches.match(`${root}static/offline.html`)) || Response.error();
  }
}

/* A lent page is kept fresh; one that is gone, or asks to log in, is taken back. */
async function renew(path, found) {
  if (!(await caches.has(LENT))) return;
  const lent = await caches.open(LENT);
  if (!(await lent.match(path, { ignoreSearch: true }))) return;
  if (found.type === "opaqueredirect" || found.redirected || found.status === 401) await caches.delete(LENT);
  else if (found.ok) await lent.put(path, found);
  else if (found.status === 404) await lent.delete(path);
}

async function copy(path) {
  if (!(await caches.has(LENT))) return null;
  const lent = await caches.open(LENT);
  const stamp = await lent.match(`${root}visits/lent`);
  const age = stamp ? Date.now() - new Date(await stamp.text()).getTime() : Infinity;
  if (age > DAYS * 24 * 3600 * 1000) {
    await caches.delete(LENT);
    return null;
  }
  return lent.match(path, { ignoreSearch: true });
}
