/* What the fields of a question do by themselves, wherever it is asked. The server reads them so without this, too. */

/* 无 and the other options of a question exclude each other. */
function exclude(box) {
  const group = box.closest("[data-multi]");
  if (!group || !group.dataset.none || !box.checked) return;
  const none = box.value === group.dataset.none;
  group.querySelectorAll("input[type=checkbox]").forEach((one) => {
    if ((one.value === group.dataset.none) !== none) one.checked = false;
  });
}

/* Ratings: 不适用 stands alone, and above the first 0 nothing is asked. */
function settleMarks(group) {
  const na = group.parentElement.querySelector("[data-na]").checked;
  let over = na;
  group.querySelectorAll("select").forEach((one) => {
    one.disabled = over;
    if (over) one.value = "";
    over = over || one.value === "0";
  });
}

function share(section) {
  const [num, den] = section.querySelectorAll(".zz-ratio input");
  if (!den) return "";
  const ok = /^\d+$/.test(num.value) && /^\d+$/.test(den.value) && Number(den.value) > 0 && Number(num.value) <= Number(den.value);
  return ok ? `${(Number(num.value) / Number(den.value) * 100).toFixed(1)}%` : "";
}

function percentage(section) {
  const output = section?.querySelector("output");
  if (output) output.textContent = share(section) || "—";
}

/* While something is typed: fields that show the same fact follow, and so do the percentages. */
function followTyping(root) {
  root.addEventListener("input", (event) => {
    if (!event.target.name) return;
    document.querySelectorAll(`[data-same="${event.target.name}"]`).forEach((one) => {
      one.value = event.target.value;
      percentage(one.closest("[data-question]"));
    });
    const ratio = event.target.closest(".zz-ratio");
    if (ratio) percentage(ratio.closest("[data-question]"));
  });
  root.addEventListener("change", (event) => {
    const section = event.target.closest("[data-question]");
    if (!section || !event.target.name) return;
    if (event.target.type === "checkbox") exclude(event.target);
    section.querySelectorAll("[data-ratings]").forEach(settleMarks);
  });
}

const MARKS = {
  ok: '<path d="M2.5 8.5l3.5 3.5 7.5-8"/>',
  bad: '<circle cx="8" cy="8" r="6.5"/><path d="M8 4.5v4.2M8 10.8v1"/>',
};

/* What stands beside a question's title: a sign and words. */
function markState(tag, state, text) {
  if (!tag) return;
  tag.className = `zz-state ${state in MARKS ? state : ""}`;
  tag.querySelector("svg").innerHTML = MARKS[state] || '<circle cx="8" cy="8" r="6" stroke-width="1.5"/>';
  tag.lastElementChild.textContent = text;
}

/* The named fields of a block as pairs, unticked boxes left out; `skip` names those that are not part of an answer. */
function pairsOf(block, skip) {
  const fields = [...block.querySelectorAll("[name]")].filter((one) => !skip.includes(one.name));
  const given = fields.filter((one) => !["radio", "checkbox"].includes(one.type) || one.checked);
  return given.map((one) => [one.name, one.value]);
}

/* Puts pairs back into the fields of a block, as they were given. */
function putPairs(block, pairs, skip) {
  const left = new Map();
  pairs.forEach(([name, value]) => left.set(name, [...(left.get(name) || []), value]));
  block.querySelectorAll("[name]").forEach((one) => {
    if (skip.includes(one.name)) return;
    const values = left.get(one.name) || [];
    if (["radio", "checkbox"].includes(one.type)) one.checked = values.includes(one.value);
    else if (one.tagName === "SELECT") one.value = values.shift() ?? "";
    else if (left.has(one.name)) one.value = values[0] ?? "";
  });
  block.querySelectorAll("input[name], textarea[name]").forEach((one) => {
    if (one.type === "text" || one.tagName === "TEXTAREA") one.dispatchEvent(new Event("input", { bubbles: true }));
  });
  block.querySelectorAll("[data-ratings]").forEach(settleMarks);
}
