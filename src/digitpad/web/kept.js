/** Corrections that are kept in the visitor's browser alone: a line says how many, and lets them be taken or deleted. */

import { Corrector } from "./correcting.js";
import { save } from "./files.js";
import { Records } from "./records.js";
import { addStyle } from "./style.js";
import { askTwice } from "./twice.js";

const NAME = "corrections.jsonl";
const REFUSED = "This browser cannot store any more corrections. Download those that are kept, then delete them.";
const UNDELETED = "The correction could not be deleted from this browser.";
const ALL_UNDELETED = "The corrections could not be deleted from this browser. ";

/** Keep what is corrected on a pad; `place` is for the line, and `model` says what read it. */
export async function keepHere(pad, place, model) {
  const records = new Records(`corrections ${new URL(".", document.baseURI).pathname}`); // a host may have other sites
  const line = new Line(place, records);
  await Promise.all([line.show(), addStyle("correcting.css")]);
  const send = async (record, onLate, earlier) => {
    await records.put(record, earlier);
    if (!records.isLasting) {
      await records.delete(record.id).catch(() => {}); // it was in memory alone
      throw new Error(REFUSED);
    }
    await line.show();
  };
  const remove = async (id) => {
    await records.delete(id).catch(() => {
      throw new Error(UNDELETED);
    });
    await line.show();
  };
  pad.correct((...parts) => new Corrector(parts, { where: "this browser", send, remove, model }));
}

class Line {
  #place;
  #records;
  #text = document.createElement("span");

  constructor(place, records) {
    [this.#place, this.#records] = [place, records];
    this.#text.setAttribute("role", "status");
    const buttons = ["Download", "Delete all"].map((label) => {
      return Object.assign(document.createElement("button"), { type: "button", textContent: label });
    });
    place.replaceChildren(this.#text, ...buttons);
    buttons[0].addEventListener("click", () => this.#download());
    askTwice(buttons[1], "Delete all for good?", () => this.#deleteAll());
    addEventListener("focus", () => this.show()); // another tab may have kept or deleted some
  }

  async show() {
    const { length } = await this.#records.all();
    this.#text.textContent = length === 1 ? "1 correction is kept in this browser. " : `${length} corrections are kept in this browser. `;
    this.#place.hidden = !length;
  }

  async #download() {
    const records = (await this.#records.all()).sort((one, other) => (one.made < other.made ? -1 : 1));
    const lines = records.map((record) => `${JSON.stringify(record)}\n`);
    save(new Blob(lines, { type: "application/x-ndjson" }), NAME);
  }

  async #deleteAll() {
    try {
      await this.#records.clear();
      await this.show();
    } catch {
      this.#text.textContent = ALL_UNDELETED;
    }
  }
}
