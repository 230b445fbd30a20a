/* What the advisor entered, in this browser's IndexedDB: `changes` that were saved, each with a number of its own, and
   `drafts`, typed but not saved. Both name the account they are of. A change is waiting, in conflict or refused; sent is
   one that the server has, until the lent copy of its page knows it as well. */
const Outbox = (() => {
  let opened;

  function open() {
    opened ??= new Promise((resolve, reject) => {
      const request = indexedDB.open("zhizhen", 1);
      request.onupgradeneeded = () => {
        request.result.createObjectStore("changes", { keyPath: "change" });
        request.result.createObjectStore("drafts", { keyPath: "place" });
      };
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    return opened;
  }

  /* Resolves when it is on the disk; "strict", as the browser may be closed the next moment. */
  async function work(store, mode, todo) {
    const database = await open();
    return new Promise((resolve, reject) => {
      const transaction = database.transaction(store, mode, { durability: "strict" });
      const request = todo(transaction.objectStore(store));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error);
    });
  }

  const put = (store, row) => work(store, "readwrite", (rows) => rows.put(row));
  const get = (store, key) => work(store, "readonly", (rows) => rows.get(key));
  const drop = (store, key) => work(store, "readwrite", (rows) => rows.delete(key));

  /* A draft becomes a change, in place of the changes `given_up`: all of it or nothing, also when the page is left now. */
  async function promote(place, row, given_up) {
    const database = await open();
    return new Promise((resolve, reject) => {
      const transaction = database.transaction(["changes", "drafts"], "readwrite", { durability: "strict" });
      const changes = transaction.objectStore("changes");
      changes.put(row);
      given_up.forEach((key) => changes.delete(key));
      transaction.objectStore("drafts").delete(place);
      transaction.oncomplete = resolve;
      transaction.onabort = () => reject(transaction.error);
    });
  }

  /* Changes a row if it is still there: whoever logged out meanwhile must not find it again. */
  const edit = (store, key, change) => work(store, "readwrite", (rows) => {
    const request = rows.get(key);
    request.onsuccess = () => { if (request.result) rows.put(change(request.result)); };
    return request;
  });

  /* The rows of one account, oldest first. */
  async function of(store, account) {
    const rows = await work(store, "readonly", (all) => all.getAll());
    return rows.filter((row) => row.account === account).sort((one, other) => one.at - other.at);
  }

  const unsent = async (account) => (await of("changes", account)).filter((row) => row.state !== "sent");

  async function forget(account) {
    for (const row of await of("changes", account)) await drop("changes", row.change);
    for (const row of await of("drafts", account)) await drop("drafts", row.place);
  }

  const number = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

  return { put, get, drop, promote, edit, of, unsent, forget, number };
})();
