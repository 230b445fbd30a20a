/* Choosing a province lists its districts at once; without this script the button beside it does. */
document.getElementById("province").addEventListener("change", async (event) => {
  const district = document.getElementById("division");
  const first = district.querySelector("option");
  district.replaceChildren(first);
  first.selected = true;
  if (!event.target.value) return;
  const answer = await fetch(`/divisions/${event.target.value}.json`);
  if (!answer.ok) return;
  for (const [title, places] of await answer.json()) {
    const group = document.createElement("optgroup");
    group.label = title;
    for (const [value, label] of places) group.append(new Option(label, value));
    district.append(group);
  }
});
