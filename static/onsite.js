/* The onsite form: 保存 puts an answer into the outbox, from where sync.js sends it; so it also works without network. */
const main = document.querySelector("[data-onsite]");
const visit = Number(main.dataset.visit);
const NOT_ANSWERS = ["csrf_token", "version", "change", "asked", "back"];
const CHOICES = { "": "open", verified: "verified", same: "same", adopted: "adopted" };
const pictures = new Map(); // change → address of the picture shown while it waits
const typing = new Set(); // questions with something typed and not saved
const touched = new Set(); // questions whose newer state the server has
let quiet = false; // while this script types

const section = (question) => main.querySelector(`[data-question="${question}"]`);
const formOf = (question) => section(question)?.querySelector("form[data-answer]");
const placeOf = (question) => `${visit}/${question}`;

const mark = (question, text, state = "") => markState(section(question).querySelector("[data-state]"), state, text);

function tellError(question, message) {
  const place = section(question).querySelector("[data-error]");
  place.replaceChildren();
  if (!message) return;
  const text = document.createElement("p");
  text.className = "zz-err";
  text.setAttribute("role", "alert");
  text.textContent = message;
  place.append(text);
}

function putBack(form, fields, version) {
  quiet = true;
  putPairs(form, fields, NOT_ANSWERS);
  quiet = false;
  form.elements.version.value = version;
}

/* Typed but not saved: kept, so that a browser closed by accident loses nothing. */
async function keepDraft(question) {
  const form = formOf(question);
  typing.add(question);
  mark(question, words.unsaved);
  const version = Number(form.elements.version.value);
  await Outbox.put("drafts", { place: placeOf(question), account: me, visit, question, version, fields: pairsOf(form, NOT_ANSWERS), at: Date.now() });
}

/* What stands in a form as a person reads it. */
function inWords(form) {
  const given = [...form.querySelectorAll("input, select, textarea")].filter((one) => NOT_ANSWERS.indexOf(one.name) < 0 && one.name && !one.disabled);
  const texts = given.map((one) => {
    if (one.type === "file") return "";
    if (["radio", "checkbox"].includes(one.type)) return one.checked ? one.closest("label").textContent : "";
    return one.tagName === "SELECT" ? one.selectedOptions[0]?.textContent ?? "" : one.value;
  });
  return texts.map((text) => text.trim()).filter(Boolean).join("；");
}

/* What every change carries; firm, title and text are for 离线准备, which shows it also when the visit has ended. */
const change = (question, form, skip) => ({
  change: Outbox.number(),
  account: me,
  visit,
  question,
  firm: main.dataset.firm,
  title: section(question).querySelector(".zz-q-title").lastChild.textContent,
  text: inWords(form),
  url: form.action,
  fields: pairsOf(form, skip),
  at: Date.now(),
  state: "waiting",
});

async function save(form) {
  const question = form.closest("[data-question]").dataset.question;
  const made = change(question, form, NOT_ANSWERS);
  const earlier = (await Outbox.unsent(me)).filter((one) => one.visit === visit && one.question === question && !one.file);
  const waiting = earlier.find((one) => one.state === "waiting");
  const version = waiting ? waiting.version : Number(form.elements.version.value);
  const answered = earlier.filter((one) => one.state !== "waiting").map((one) => one.change);
  await Outbox.promote(placeOf(question), { ...made, version }, answered);
  typing.delete(question);
  mark(question, words.kept);
  tellError(question, "");
  form.querySelector("[data-conflict]").hidden = true;
  Sync.now();
}

async function keepFiles(form) {
  const question = form.closest("[data-question]").dataset.question;
  const { file, title } = form.elements;
  tellError(question, file.files.length ? "" : words.no_file);
  for (const one of file.files) {
    const made = { ...change(question, form, [...NOT_ANSWERS, "file"]), file: one, name: one.name };
    await Outbox.put("changes", made);
    showFile(made);
  }
  file.value = title.value = "";
  Sync.now();
}

/* A photo that still waits, among those that are there. */
function showFile(one) {
  const list = section(one.question).querySelector("[data-items]");
  const item = document.createElement("li");
  item.dataset.change = one.change;
  if (one.file.type.startsWith("image/")) {
    const picture = document.createElement("img");
    if (!pictures.has(one.change)) pictures.set(one.change, URL.createObjectURL(one.file));
    picture.src = pictures.get(one.change);
    picture.alt = one.name;
    item.append(picture);
  }
  const text = document.createElement("span");
  text.className = "zz-sub zz-break";
  text.textContent = one.state === "refused" ? `${one.name}：${one.found.message}` : one.state === "sent" ? words.sent : words.file_waits;
  item.append(text);
  if (one.state === "refused") item.append(button(words.discard, () => discard(one)));
  list.querySelector(`[data-change="${one.change}"]`)?.remove();
  list.append(item);
}

async function discard(one) {
  await Outbox.drop("changes", one.change);
  section(one.question).querySelector(`[data-change="${one.change}"]`)?.remove();
  await refresh([one.question]);
  Sync.now();
}

/* Two people answered: both answers, and a person chooses. */
function showConflict(one) {
  const form = formOf(one.question);
  const place = form.querySelector("[data-conflict]");
  const made = document.getElementById("conflict").content.cloneNode(true);
  for (const side of ["theirs", "mine"]) {
    const found = one.found[side];
    const put = (name, text) => { made.querySelector(`[data-${side}-${name}]`).textContent = text; };
    put("text", found.text);
    put("choice", words[`choice_${CHOICES[found.choice]}`]);
    put("note", found.note || "—");
  }
  made.querySelector("[data-by]").textContent = [one.found.theirs.by, one.found.theirs.at].filter(Boolean).join("，");
  made.querySelector("[data-use-theirs]").addEventListener("click", () => useTheirs(one));
  made.querySelector("[data-use-mine]").addEventListener("click", () => useMine(one));
  place.replaceChildren(made);
  place.hidden = false;
  mark(one.question, words.conflict, "bad");
}

async function useTheirs(one) {
  const { typed, choice, note, version } = one.found.theirs;
  const fields = Object.entries(typed).flatMap(([code, texts]) => texts.map((text) => [code, text]));
  putBack(formOf(one.question), [...fields, ["choice", choice], ["note", note]], version);
  formOf(one.question).querySelector("[data-conflict]").hidden = true;
  mark(one.question, words.sent, "ok");
  await discard(one);
}

async function useMine(one) {
  const version = one.found.theirs.version;
  putBack(formOf(one.question), one.fields, version);
  await Outbox.put("changes", { ...one, change: Outbox.number(), version, state: "waiting", found: undefined });
  await Outbox.drop("changes", one.change);
  formOf(one.question).querySelector("[data-conflict]").hidden = true;
  mark(one.question, words.kept);
  Sync.now();
}

/* Takes a part from a fresher page; whoever was in one of its fields is there again. */
function swap(here, there, part) {
  const old = here.querySelector(part);
  const found = there.querySelector(part);
  if (!old || !found) return;
  const fields = (block) => [...block.querySelectorAll("a, button, input:not([type=hidden]), select, textarea")];
  const at = fields(old).indexOf(document.activeElement);
  old.replaceWith(document.adoptNode(found));
  if (at >= 0) fields(found)[at]?.focus({ preventScroll: true });
}

/* The server's own view of these questions, in place of what stood there; what is half typed stays. */
async function refresh(questions) {
  const answer = await fetch(location.pathname, { headers: { Accept: "text/html" } }).catch(() => null);
  if (!answer?.ok || answer.redirected) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  const writable = fresh.querySelector("[data-onsite]"); // else the visit was closed: what was refused stays to be seen
  for (const question of writable ? questions : []) {
    const [here, there] = [section(question), fresh.querySelector(`[data-question="${question}"]`)];
    if (!here || !there) continue;
    for (const part of ["[data-items]", "[data-count]"]) swap(here, there, part);
    if (typing.has(question)) continue;
    here.className = there.className;
    for (const part of ["[data-state]", "[data-error]", "form[data-answer]"]) swap(here, there, part);
    here.querySelectorAll("[data-ratings]").forEach(settleMarks);
  }
  swap(main, fresh, "[data-bar] p");
  await restore(questions);
}

/* What is in the outbox is newer than the page: put it back where it was given. */
async function restore(questions) {
  const here = (one) => one.visit === visit && questions.includes(one.question) && section(one.question);
  const rows = (await Outbox.of("changes", me)).filter(here);
  rows.filter((one) => one.file).forEach(showFile);
  rows.filter((one) => !one.file && !typing.has(one.question)).forEach(show);
  for (const one of (await Outbox.of("drafts", me)).filter(here)) {
    if (typing.has(one.question)) continue;
    typing.add(one.question);
    putBack(formOf(one.question), one.fields, one.version);
    mark(one.question, words.unsaved);
  }
}

function show(one) {
  const form = formOf(one.question);
  if (one.state === "conflict") return showConflict(one);
  if (one.state === "sent" && Number(form.elements.version.value) >= one.version) return undefined;
  putBack(form, one.fields, one.version);
  mark(one.question, ...{ sent: [words.sent, "ok"], refused: [words.refused_mark, "bad"], waiting: [words.kept] }[one.state]);
  return tellError(one.question, one.state === "refused" ? one.found.message : "");
}

/* Sent: the versions that our own change made have been seen here, also while something newer is being typed. */
document.addEventListener("sent", ({ detail: told }) => {
  if (told.visit !== visit) return;
  [told.question, ...Object.keys(told.raised)].forEach((question) => touched.add(question));
  for (const [question, version] of Object.entries(told.elsewhere ? {} : told.raised)) {
    const seen = formOf(question)?.elements.version;
    if (seen && Number(seen.value) + 1 === version) seen.value = version;
  }
});
document.addEventListener("synced", async () => {
  if (!touched.size) return;
  const questions = [...touched];
  touched.clear();
  await refresh(questions);
});

followTyping(main);
for (const kind of ["input", "change"]) {
  main.addEventListener(kind, (event) => {
    const form = !quiet && event.target.closest("form[data-answer]");
    if (form && event.target.name) keepDraft(form.closest("[data-question]").dataset.question);
  });
}
main.addEventListener("submit", async (event) => {
  const answers = event.target.matches("form[data-answer]");
  if (!answers && !event.target.matches("form[data-upload]")) return;
  event.preventDefault();
  const { question } = event.target.closest("[data-question]").dataset;
  try {
    await (answers ? save(event.target) : keepFiles(event.target));
  } catch {
    tellError(question, words.full);
  }
});
main.querySelectorAll("[data-ratings]").forEach(settleMarks);
restore([...main.querySelectorAll("[data-question]")].map((one) => one.dataset.question));
