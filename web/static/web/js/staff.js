// The invitation's token is behind "#", which browsers do not send; and the recovery codes can be printed.

const field = document.querySelector("[data-token]");
if (field && location.hash.length > 1) {
  field.value = location.hash.slice(1);
  history.replaceState(null, "", location.pathname);
}

document.querySelector("[data-prints]")?.addEventListener("click", () => print());
