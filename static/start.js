/* First script of every page: tells the style sheet that scripts run, and opens the hints on wide screens. */
document.documentElement.classList.add("zz-js");
addEventListener("DOMContentLoaded", () => {
  if (matchMedia("(min-width: 1100px)").matches) {
    document.querySelectorAll(".zz-aside details:nth-child(-n+2), details[data-wide]").forEach((one) => { one.open = true; });
  }
  document.querySelector(".zz-errsum")?.focus();
});
addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((one) => { one.open = true; }));
/* A link to something folded opens it. */
function unfold() {
  const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  for (let one = target; one; one = one.parentElement) if (one.tagName === "DETAILS") one.open = true;
}
addEventListener("hashchange", unfold);
addEventListener("DOMContentLoaded", unfold);
