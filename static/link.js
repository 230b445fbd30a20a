/* Copy buttons, where the browser allows a page to copy. */
if (navigator.clipboard) {
  document.querySelectorAll(".zz-copy").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.parentElement.querySelector("[data-copied]").textContent);
      button.textContent = "已复制";
    });
  });
}
