/* The way up: a form marked data-way is sent without leaving the page, and the answer takes the place of the old one. */

function openSteps() {
  return new Set([...document.querySelectorAll("#way details[open]")].map((one) => one.id).filter(Boolean));
}

/* Puts the new answer in, keeps what was open open, and goes on where the person was. */
function putAnswer(page, button, ok) {
  const fresh = new DOMParser().parseFromString(page, "text/html").getElementById("way");
  if (!fresh) return false;
  const old = document.getElementById("way");
  const open = openSteps();
  const place = window.scrollY;
  fresh.querySelectorAll("details[id]").forEach((one) => { one.open = one.open || open.has(one.id); });
  old.replaceWith(fresh);
  window.scrollTo(0, place);
  const wrong = fresh.querySelector("[aria-invalid]") || fresh.querySelector(".zz-errsum");
  const again = (!ok && wrong) || document.getElementById(button) || fresh.querySelector("h2");
  if (again && again.tagName === "H2") again.tabIndex = -1;
  if (again) again.focus({ preventScroll: ok });
  if (ok) fresh.querySelector("[data-status]").textContent = fresh.dataset.saved;
  return true;
}

async function send(form, button) {
  const way = document.getElementById("way");
  const save = document.getElementById(button);
  if (save) save.disabled = true;
  try {
    const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
    if (!putAnswer(await answer.text(), button, answer.ok)) form.submit();
  } catch {
    way.querySelector("[data-status]").textContent = way.dataset.failed;
    if (save) save.disabled = false;
  }
}

document.addEventListener("submit", (event) => {
  if (!event.target.matches("#way form[data-way]")) return;
  event.preventDefault();
  send(event.target, event.submitter?.id || "");
});

/* A link from the table leads to a step that is closed. */
function openTarget() {
  const step = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (step?.tagName === "DETAILS") step.open = true;
}
window.addEventListener("hashchange", openTarget);
document.addEventListener("DOMContentLoaded", openTarget);
