// Makes IndexedDB fail on demand, at one call of many and in one of the ways in which browsers do, and
// lets the checks be the page of the worker's own program. Part of no release.

const connections = new Set();
const say = postMessage.bind(globalThis);
const wait = setTimeout.bind(globalThis);
const ask = fetch.bind(globalThis);
const remove = indexedDB.deleteDatabase.bind(indexedDB);

const faults = {
  // How many calls there were, which of them fails, and how.
  calls: 0,
  at: Infinity,
  how: "",
  hear: () => {},
  // How many changed rows are tried: the quickest engine here does the most.
  mutations: navigator.userAgent.includes("Chrome/") ? 100_000 : 10_000,
  arm(at, how) {
    Object.assign(faults, { calls: 0, at, how });
  },
  // As the browser does it when it is told to forget a site.
  forget(name) {
    for (const one of connections) if (one.name === name) close(one);
    remove(name);
  },
};
globalThis.faults = faults;

// Bytes are for the page; words are the checks' own.
globalThis.postMessage = (data) => (typeof data === "string" ? say(data) : faults.hear(data));
// No clinic answers.
globalThis.fetch = (what) =>
  String(what.url ?? what).includes("/api/") ? Promise.reject(new TypeError("offline")) : ask(what);
// What the disk waits between two tries.
globalThis.setTimeout = (run, ms, ...rest) => wait(run, [20, 200, 1000].includes(ms) ? 1 : ms, ...rest);

function close(database) {
  connections.delete(database);
  database.close();
}

function abort(transaction, name) {
  const error = new DOMException("made up", name);
  Object.defineProperty(transaction, "error", { get: () => error });
  transaction.abort();
}

// Each answers what the call gives back, or throws.
const ways = {
  throws() {
    throw new DOMException("The database connection is closing.", "InvalidStateError");
  },
  lost(call, database, transaction) {
    const answer = call();
    if (database) close(database);
    if (transaction) abort(transaction, "UnknownError");
    return answer;
  },
  // It is on the disk, and whoever waits is told that it is not.
  silent(call, database, transaction) {
    if (!transaction) return ways.throws();
    const fail = transaction.onabort;
    transaction.oncomplete = () => fail({ target: { error: new DOMException("", "UnknownError") } });
    return call();
  },
  full(call, database, transaction) {
    const answer = call();
    if (transaction) abort(transaction, "QuotaExceededError");
    return answer;
  },
  emptied(call, database, transaction) {
    if (transaction) abort(transaction, "UnknownError");
    if (database) faults.forget(database.name);
    return ways.throws();
  },
};

function wrap(prototype, name, databaseOf, transactionOf) {
  const own = prototype[name];
  prototype[name] = function (...given) {
    if (name === "put" && given[1] === "reserve") given[0] = new Uint8Array(8);
    const call = () => own.apply(this, given);
    // Only what is put can be too much.
    if (faults.how === "full" && name !== "put") return call();
    faults.calls += 1;
    if (faults.calls !== faults.at) return call();
    return ways[faults.how](call, databaseOf(this), transactionOf(this));
  };
}

const nothing = () => null;
wrap(IDBFactory.prototype, "open", nothing, nothing);
const counted = IDBFactory.prototype.open;
IDBFactory.prototype.open = function (...given) {
  const request = counted.apply(this, given);
  request.addEventListener("success", () => connections.add(request.result));
  return request;
};
wrap(IDBDatabase.prototype, "transaction", (database) => database, nothing);
for (const name of ["get", "getAll", "getAllKeys", "put", "delete", "clear"]) {
  wrap(IDBObjectStore.prototype, name, (store) => store.transaction.db, (store) => store.transaction);
}
wrap(IDBTransaction.prototype, "commit", (one) => one.db, (one) => one);
