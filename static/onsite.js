/* The onsite form: 保存 puts an answer into the outbox, from where sync.js sends it; so it also works without network. */
const main = document.querySelector("[data-onsite]");
const visit = Number(main.dataset.visit);
const NOT_ANSWERS = ["csrf_token", "version", "change", "asked", "back"];
const pictures = new Map();

const section = (question) => main.querySelector(`[data-question="${question}"]`);
const formOf = (question) => section(question)?.querySelector("form[data-answer]");
const placeOf = (question) => `${visit}/${question}`;

function mark(question, text, bad = false) {
  const tag = section(question)?.querySelector("[data-state]");
  if (!tag) return;
  tag.className = `zz-state ${bad ? "bad" : ""}`;
  tag.lastElementChild.textContent = text;
}

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

/* Typed but not saved: kept, so that a browser closed by accident loses nothing. */
async function keepDraft(question) {
  const form = formOf(question);
  const fields = pairsOf(form, NOT_ANSWERS);
  mark(question, words.unsaved);
  await Outbox.put("drafts", { place: placeOf(question), account: me, visit, question, fields, at: Date.now() });
}

async function save(form) {
  const question = form.closest("[data-question]").dataset.question;
  const earlier = (await Outbox.of("changes", me)).filter((one) => one.visit === visit && one.question === question && !one.file);
  const seen = earlier.find((one) => one.state === "waiting");
  const change = {
    change: Outbox.number(),
    account: me,
    visit,
    question,
    url: form.action,
    fields: pairsOf(form, NOT_ANSWERS),
    version: seen ? seen.version : Number(form.elements.version.value),
    at: Date.now(),
    state: "waiting",
  };
  await Outbox.put("changes", change);
  for (const one of earlier) await Outbox.drop("changes", one.change);
  await Outbox.drop("drafts", placeOf(question));
  mark(question, words.kept);
  tellError(question, "");
  form.querySelector("[data-conflict]").hidden = true;
  Sync.now();
}

async function keepFiles(form) {
  const question = form.closest("[data-question]").dataset.question;
  const fields = pairsOf(form, [...NOT_ANSWERS, "file"]);
  for (const file of form.elements.file.files) {
    const change = { change: Outbox.number(), account: me, visit, question, url: form.action, fields, file, name: file.name, at: Date.now(), state: "waiting" };
    await Outbox.put("changes", change);
    showFile(change);
  }
  form.elements.file.value = "";
  Sync.now();
}

/* A photo that still waits, among those that are there. */
function showFile(one) {
  const list = section(one.question)?.querySelector("[data-items]");
  if (!list || list.querySelector(`[data-change="${one.change}"]`)) return;
  const item = document.createElement("li");
  item.dataset.change = one.change;
  if (one.file.type.startsWith("image/")) {
    const picture = document.createElement("img");
    pictures.set(one.change, URL.createObjectURL(one.file));
    picture.src = pictures.get(one.change);
    picture.alt = one.name;
    item.append(picture);
  }
  const text = document.createElement("span");
  text.className = "zz-sub";
  text.textContent = one.state === "refused" ? `${one.name}：${one.found.message}` : words.file_waits;
  item.append(text);
  if (one.state === "refused") item.append(button(words.discard, () => discard(one)));
  list.append(item);
}

function button(label, todo) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "btn btn-outline-primary btn-sm";
  made.textContent = label;
  made.addEventListener("click", todo);
  return made;
}

async function discard(one) {
  await Outbox.drop("changes", one.change);
  await refresh([one.question]);
  Sync.show("online");
}

const CHOICES = { "": "open", verified: "verified", same: "same", adopted: "adopted" };

/* Two people answered: both answers, and a person chooses. */
function showConflict(one) {
  const form = formOf(one.question);
  if (!form) return;
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
  made.querySelector("[data-use-theirs]").addEventListener("click", () => discard(one));
  made.querySelector("[data-use-mine]").addEventListener("click", async () => {
    await Outbox.put("changes", { ...one, change: Outbox.number(), version: one.found.theirs.version, state: "waiting", found: undefined });
    await Outbox.drop("changes", one.change);
    place.hidden = true;
    mark(one.question, words.kept);
    Sync.now();
  });
  place.replaceChildren(made);
  place.hidden = false;
  mark(one.question, words.conflict, true);
}

/* The server's own view of these questions, in place of what stood there. */
async function refresh(questions) {
  const answer = await fetch(location.pathname, { headers: { Accept: "text/html" } }).catch(() => null);
  if (!answer?.ok || answer.redirected) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  const typed = (await Outbox.of("drafts", me)).map((one) => one.place);
  for (const question of questions) {
    const found = fresh.querySelector(`[data-question="${question}"]`);
    if (!found || !section(question) || typed.includes(placeOf(question))) continue;
    section(question).replaceWith(document.adoptNode(found));
    found.querySelectorAll("[data-ratings]").forEach(settleMarks);
  }
  const bar = fresh.querySelector("[data-bar]");
  if (bar) main.querySelector("[data-bar]").replaceWith(document.adoptNode(bar));
  await restore(questions);
}

/* What is in the outbox is newer than the page: put it back where it was given. */
async function restore(questions) {
  const rows = (await Outbox.of("changes", me)).filter((one) => one.visit === visit);
  const drafts = (await Outbox.of("drafts", me)).filter((one) => one.visit === visit);
  for (const one of rows.filter((each) => questions.includes(each.question) && section(each.question))) {
    if (one.file) {
      showFile(one);
    } else if (one.state === "conflict") {
      showConflict(one);
    } else {
      putPairs(formOf(one.question), one.fields, NOT_ANSWERS);
      mark(one.question, one.state === "refused" ? words.refused_mark : words.kept, one.state === "refused");
      if (one.state === "refused") tellError(one.question, one.found.message);
    }
  }
  for (const one of drafts.filter((each) => questions.includes(each.question) && formOf(each.question))) {
    putPairs(formOf(one.question), one.fields, NOT_ANSWERS);
    mark(one.question, words.unsaved);
  }
}

const touched = new Set();
document.addEventListener("sent", ({ detail: { one, found } }) => {
  if (one.visit !== visit) return;
  [one.question, ...Object.keys(found.questions || {})].forEach((question) => touched.add(question));
  const shown = pictures.get(one.change);
  if (shown) URL.revokeObjectURL(shown);
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
    const form = event.isTrusted && event.target.closest("form[data-answer]");
    if (form && event.target.name) keepDraft(form.closest("[data-question]").dataset.question);
  });
}
main.addEventListener("submit", async (event) => {
  const answers = event.target.matches("form[data-answer]");
  if (!answers && !event.target.matches("form[data-upload]")) return;
  event.preventDefault();
  const question = event.target.closest("[data-question]").dataset.question;
  try {
    await (answers ? save(event.target) : keepFiles(event.target));
  } catch {
    tellError(question, words.full);
  }
});
main.querySelectorAll("[data-ratings]").forEach(settleMarks);
restore([...main.querySelectorAll("[data-question]")].map((one) => one.dataset.question));
