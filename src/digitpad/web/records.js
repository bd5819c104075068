/** Records by their `id` in the browser's IndexedDB; or in memory, until the page is closed, where there is none. */

export class Records {
  isLasting = true; // whether what was put last outlives the page
  #name;
  #opened = null;
  #memory = new Map();

  /** Records of another `name` are others; all pages of a site share theirs. */
  constructor(name) {
    this.#name = `digitpad ${name}`;
  }

  /** Put a record in the place of the one with its id, if there is one, and of those with other ids. */
  async put(record, others = []) {
    const question = (store) => {
      others.forEach((id) => store.delete(id));
      return store.put(record);
    };
    this.isLasting = await this.#ask("readwrite", question).then(() => true, () => false);
    if (this.isLasting) this.#memory.delete(record.id);
    else this.#memory.set(record.id, record);
  }

  async get(id) {
    return this.#memory.get(id) ?? this.#ask("readonly", (store) => store.get(id)).catch(() => undefined);
  }

  /** Delete a record; whether there is one does not matter. Rejects if it may still be in the database. */
  async delete(id) {
    this.#memory.delete(id);
    await this.#ask("readwrite", (store) => store.delete(id));
  }

  /** Delete all records. Rejects if they are still in the database. */
  async clear() {
    this.#memory.clear();
    await this.#ask("readwrite", (store) => store.clear());
  }

  /** All records, in no order. */
  async all() {
    const lasting = await this.#ask("readonly", (store) => store.getAll()).catch(() => []);
    return [...lasting, ...this.#memory.values()];
  }

  /** Ask for something in a transaction of its own, and wait until that is on the disk. */
  async #ask(mode, question) {
    this.#opened ??= open(this.#name, () => (this.#opened = null));
    const transaction = (await this.#opened).transaction("records", mode, { durability: "strict" });
    const request = question(transaction.objectStore("records"));
    return new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error);
    });
  }
}

/** Open a database; `onLost` is called when it fails, or is closed by the browser, and may be opened again. */
async function open(name, onLost) {
  try {
    const request = indexedDB.open(name, 1); // throws where the browser allows none
    request.onupgradeneeded = () => request.result.createObjectStore("records", { keyPath: "id" });
    const database = await new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    database.onclose = onLost;
    return database;
  } catch (error) {
    onLost();
    throw error;
  }
}
