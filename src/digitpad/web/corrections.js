/** The page for looking through the corrections that a server keeps: to filter, download and delete them. */

import { save } from "./files.js";
import { percent } from "./language.js";
import { askTwice } from "./twice.js";

const LIMIT = 50;
const MOST_EMPTY = 20; // pages without any that was read wrongly, before one has to ask for more
const TOKEN = "digitpad.token";
const WAIT_MS = 10_000;
const TYPING_MS = 300;
const AWAY = "The server is not answering.";

const find = (id) => document.querySelector(`#${id}`);
const filters = find("filters");
let next = null; // where the next page begins
let total = 0;
let asked = 0; // the latest question wins

/** Ask the server. Errors say what it said; those about access ask for a token. */
async function ask(path, options = {}) {
  const token = sessionStorage.getItem(TOKEN);
  const headers = token ? { authorization: `Bearer ${token}` } : {};
  const response = await fetch(`api/corrections${path}`, { headers, ...options }).catch(() => {
    throw new Error(AWAY);
  });
  if (response.ok) return response;
  const { detail = `The server answered with status ${response.status}.` } = await response.json().catch(() => ({}));
  throw Object.assign(new Error(detail), { isAccess: [401, 403].includes(response.status) });
}

/** Do something, and show what goes wrong. */
async function attempt(act) {
  find("trouble").hidden = find("again").hidden = true;
  try {
    await act();
  } catch (error) {
    if (error.isAccess) askForToken(error.message);
    else showTrouble(error.message);
  }
}

function showTrouble(message) {
  find("trouble").textContent = message;
  find("trouble").hidden = find("again").hidden = false;
}

function askForToken(why) {
  find("all").hidden = true;
  find("ask").hidden = false;
  find("why").textContent = why;
  find("token").focus();
}

/** Show the first page of what the filters let through. */
function showFirst() {
  next = null;
  return attempt(() => show(true));
}

async function show(isFirst) {
  const number = (asked += 1);
  const items = [];
  for (let pages = 0; pages < MOST_EMPTY && !items.length; pages += 1) {
    const found = await (await ask(`?${question()}`, { signal: AbortSignal.timeout(WAIT_MS) })).json();
    if (number !== asked) return;
    [next, total] = [found.next, found.total];
    items.push(...found.corrections.filter((record) => !filters.elements.wrong.checked || isWrong(record)).map(toItem));
    if (!next) break;
  }
  find("ask").hidden = true;
  find("all").hidden = false;
  if (isFirst) find("list").replaceChildren(...items);
  else find("list").append(...items);
  find("more").hidden = !next;
  if (!isFirst) items[0]?.querySelector("button").focus();
  tellCount();
}

/** What the filters ask for, from where the last page ended. */
function question() {
  const query = new URLSearchParams({ limit: LIMIT });
  for (const name of ["truth", "answer", "status", "session", "model"]) {
    const value = filters.elements[name].value.trim();
    if (value) query.set(name, value);
  }
  if (next) query.set("after", next);
  return query;
}

function tellCount() {
  const { length } = find("list").children;
  const isFiltered = filters.elements.wrong.checked || [...question().keys()].some((name) => !["limit", "after"].includes(name));
  find("count").textContent = length ? `${length} of ${total} ${total === 1 ? "correction" : "corrections"}` : "No corrections";
  find("download").hidden = !length && !isFiltered;
  find("none").hidden = length > 0 || Boolean(next);
  find("none").textContent = isFiltered
    ? "No correction matches."
    : "Nothing is kept yet. Draw something on the pad, press “Wrong?” below its answer and say what it is.";
}

function isWrong({ truth, answer: { status, text } }) {
  return truth === "not a digit" ? status !== truth : text !== truth;
}

function toItem(record) {
  const item = document.createElement("li");
  const picture = Object.assign(document.createElement("img"), { src: record.picture, alt: "The drawing" });
  const told = document.createElement("div");
  const made = new Date(record.made).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" });
  told.append(
    toElement("strong", `It is ${record.truth}`),
    toElement("div", describe(record)),
    toElement("small", made),
    toElement("small", `Model ${record.model} · session ${record.session.slice(0, 8)}`),
  );
  item.append(picture, told, toActs(record, item));
  return item;
}

/** What was read, in words. */
function describe({ answer: { status, text, confidence } }) {
  if (status === "number") return `Read as ${text}`;
  if (!text) return `Read as ${status}`;
  return `Read as ${text}${status === "unsure" ? ", unsure" : ""}, ${percent(confidence)} confident`;
}

function toActs(record, item) {
  const acts = toElement("div", "");
  const [one, only, all] = ["Delete", "Only this session", "Delete session"].map((label) => toElement("button", label));
  acts.className = "acts";
  acts.append(one, only, all);
  askTwice(one, "Delete for good?", () => attempt(() => remove(record, item)));
  only.addEventListener("click", () => {
    filters.elements.session.value = record.session;
    showFirst();
  });
  askTwice(all, "Delete the whole session?", () => attempt(() => removeSession(record)));
  return acts;
}

async function remove({ id }, item) {
  await ask(`/${id}`, { method: "DELETE" });
  const neighbour = item.nextElementSibling ?? item.previousElementSibling;
  item.remove();
  total -= 1;
  tellCount();
  (neighbour?.querySelector("button") ?? find("download")).focus();
}

async function removeSession({ session }) {
  await ask(`?session=${session}`, { method: "DELETE" });
  if (filters.elements.session.value === session) filters.elements.session.value = "";
  await showFirst();
}

async function download() {
  if (sessionStorage.getItem(TOKEN)) save(await (await ask("/export")).blob(), "corrections.jsonl");
  else Object.assign(document.createElement("a"), { href: "api/corrections/export", download: "corrections.jsonl" }).click();
}

function toElement(name, text) {
  const element = document.createElement(name);
  element.textContent = text;
  if (name === "button") element.type = "button";
  return element;
}

function start() {
  const options = ["not a digit", ..."0123456789"].map((value) => Object.assign(document.createElement("option"), { value }));
  find("truths").append(...options);
  find("digits").append(...options.slice(1).map((option) => option.cloneNode()));
  let timer = 0;
  filters.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(showFirst, TYPING_MS);
  });
  filters.addEventListener("reset", () => setTimeout(showFirst)); // the fields are empty by then
  filters.addEventListener("submit", (event) => [event.preventDefault(), showFirst()]);
  find("more").addEventListener("click", () => attempt(() => show(false)));
  find("again").addEventListener("click", showFirst);
  find("download").addEventListener("click", () => attempt(download));
  find("ask").addEventListener("submit", (event) => {
    event.preventDefault();
    sessionStorage.setItem(TOKEN, find("token").value);
    showFirst();
  });
  showFirst();
}

start();
