// On every page: toasts that go away, dialogs that open and close, forms that send once, fields that send themselves.

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) { event.preventDefault(); document.getElementById(opener.dataset.opens)?.showModal(); return; }
  const closer = event.target.closest("[data-closes]");
  if (closer) { event.preventDefault(); closer.closest("dialog")?.close(); return; }
  if (event.target.tagName === "DIALOG") event.target.close();
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.hasAttribute("hx-post") || form.hasAttribute("hx-get") || form.method === "get") return;
  if (form.dataset.sent && !form.hasAttribute("data-again")) { event.preventDefault(); return; }
  form.dataset.sent = "1";
});

addEventListener("pageshow", () => { for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent; });

document.addEventListener("change", (event) => {
  if (event.target.hasAttribute("data-submits")) event.target.form.requestSubmit();
  if (event.target.hasAttribute("data-names")) {
    const names = [...event.target.files].map((file) => file.name).join("、");
    document.getElementById(event.target.dataset.names).textContent = names;
  }
});

export function toast(text, isAlarm = false) {
  const node = document.createElement("p");
  node.className = isAlarm ? "toast toast-alarm" : "toast";
  node.textContent = text;
  document.querySelector(".toasts").append(node);
  setTimeout(() => node.remove(), 7000);
}

for (const node of document.querySelectorAll(".toast[data-passing]")) setTimeout(() => node.remove(), 7000);

document.addEventListener("htmx:responseError", (event) => {
  const said = event.detail.xhr.getResponseHeader("X-Said");
  toast(said ? decodeURIComponent(said) : document.body.dataset.oops, true);
});
document.addEventListener("htmx:sendError", () => toast(document.body.dataset.lost, true));
