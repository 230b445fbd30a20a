/* A link ends in #code, which browsers never send. Put it into the form, take it out of the address, and open the file. */
const code = location.hash.slice(1);
if (code) {
  history.replaceState(null, "", location.pathname);
  document.getElementById("code").value = code;
  document.getElementById("open").submit();
}
