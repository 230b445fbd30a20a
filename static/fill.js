/* Saves each answer as it is given. The page works without this script: its button saves a section. */
const form = document.getElementById("section");
const token = form.elements.csrf_token.value;
const kept = `answers ${form.dataset.answer}`;
const waiting = new Map(stored());
const busy = new Set();

function stored() {
  try {
    return JSON.parse(localStorage.getItem(kept) || "[]");
  } catch {
    return [];
  }
}

const block = (code) => form.querySelector(`[data-question="${code}"]`);

function keep() {
  try {
    if (waiting.size) localStorage.setItem(kept, JSON.stringify([...waiting]));
    else localStorage.removeItem(kept);
  } catch { /* A full or forbidden storage only means that nothing survives a reload. */ }
}

const mark = (question, state, text) => markState(block(question)?.querySelector("[data-state]"), state, text);

function showError(question, message) {
  const section = block(question);
  const place = section.querySelector("[data-error]");
  section.classList.toggle("err", Boolean(message));
  place.replaceChildren();
  section.querySelectorAll("[aria-invalid]").forEach((one) => one.removeAttribute("aria-invalid"));
  section.querySelectorAll(".zz-in.bad").forEach((one) => one.classList.remove("bad"));
  if (!message) return;
  const text = document.createElement("p");
  text.className = "zz-err";
  text.id = `e-${question}`;
  text.setAttribute("role", "alert");
  text.textContent = message;
  place.append(text);
  section.querySelector("input[name]:not([type=hidden])")?.setAttribute("aria-invalid", "true");
}

function show(question, found) {
  const section = block(question);
  if (!section) return;
  mark(question, found.state, found.text);
  showError(question, found.error);
  const fields = section.querySelector("fieldset"); // none where a known fact stands instead
  if (fields) fields.disabled = found.state === "na";
  const proposed = section.querySelector("[data-proposed]");
  if (proposed) {
    proposed.hidden = !found.proposed;
    proposed.lastElementChild.textContent = found.proposed;
  }
  const output = section.querySelector("output");
  if (output) {
    // What stands in the fields may be newer than this answer of the server's.
    output.textContent = found.state === "na" ? found.text : share(section) || found.result || "—";
    output.classList.toggle("na", found.state === "na");
  }
}

function showProgress(found) {
  const total = Number(form.dataset.total);
  document.querySelectorAll("[data-answered]").forEach((one) => { one.textContent = found.answered; });
  document.querySelectorAll("[data-left]").forEach((one) => { one.textContent = total - found.answered; });
  const meter = document.querySelector(".zz-meter");
  meter.setAttribute("aria-valuenow", found.answered);
  meter.firstElementChild.setAttribute("width", `${(100 * found.answered / total).toFixed(1)}%`);
  for (const [code, text] of Object.entries(found.sections)) {
    const place = document.querySelector(`[data-section="${code}"] small`);
    if (place) place.textContent = text;
  }
}

const answerOf = (question) => new URLSearchParams(pairsOf(block(question), ["asked"])).toString();

async function send(question) {
  if (busy.has(question) || !waiting.has(question)) return;
  busy.add(question);
  const body = waiting.get(question);
  const slow = setTimeout(() => mark(question, "wait", form.dataset.saving), 500);
  try {
    const answer = await fetch(form.dataset.answer + question, {
      method: "POST",
      body,
      headers: { "Content-Type": "application/x-www-form-urlencoded", "X-CSRFToken": token, Accept: "application/json" },
    });
    /* Only an answer that was taken, or can never be taken, is done with; the others wait for a reload or the network. */
    if (!answer.ok && answer.status !== 409) throw new Error(String(answer.status));
    if (waiting.get(question) === body) waiting.delete(question);
    const found = await answer.json();
    if (answer.ok) {
      if (!waiting.has(question)) for (const [code, state] of Object.entries(found.questions)) show(code, state);
      showProgress(found);
    } else {
      mark(question, "bad", form.dataset.refused);
      if (block(question)) showError(question, found.message);
    }
  } catch {
    mark(question, "bad", form.dataset.offline);
  } finally {
    clearTimeout(slow);
    busy.delete(question);
    keep();
  }
  if (waiting.has(question) && waiting.get(question) !== body) send(question);
}

function changed(question) {
  waiting.set(question, answerOf(question));
  keep();
  send(question);
}

followTyping(form);
form.addEventListener("change", (event) => {
  const section = event.target.closest("[data-question]");
  if (!section || !event.target.name) return;
  changed(section.dataset.question);
});

/* A submitted section saves everything on it; nothing is left to send. Without network the page stays as it is. */
form.addEventListener("submit", (event) => {
  form.querySelector("[data-cut]").hidden = navigator.onLine;
  if (!navigator.onLine) { event.preventDefault(); return; }
  form.querySelectorAll("[data-question]").forEach((one) => waiting.delete(one.dataset.question));
  keep();
});

/* An answer that stayed here is put back where it was given: it is newer than what the page came with. */
function putBack(body, question) {
  if (block(question)) putPairs(block(question), [...new URLSearchParams(body)], ["asked"]);
}

const sendAll = () => [...waiting.keys()].forEach(send);
waiting.forEach(putBack);
document.querySelectorAll("[data-ratings]").forEach(settleMarks);
addEventListener("online", () => {
  form.querySelector("[data-cut]").hidden = true;
  sendAll();
});
setInterval(sendAll, 15000);
sendAll();
