// The desk by keyboard: J K move, Enter opens, A acknowledges, C N R go to their forms, ? helps.

const isWriting = (node) => node.matches?.("input, textarea, select, [contenteditable]");

function move(step) {
  const rows = [...document.querySelectorAll("[data-incident]")];
  if (!rows.length) return;
  const at = rows.indexOf(document.activeElement);
  const from = at >= 0 ? at : rows.findIndex((row) => row.hasAttribute("aria-current"));
  rows[Math.min(rows.length - 1, Math.max(0, from + step))].focus();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || isWriting(event.target) || document.querySelector("dialog[open]")) return;
  const key = event.key.toLowerCase();
  if (key === "j" || event.key === "ArrowDown" && event.target.matches("[data-incident]")) { event.preventDefault(); move(1); }
  else if (key === "k" || event.key === "ArrowUp" && event.target.matches("[data-incident]")) { event.preventDefault(); move(-1); }
  else if (key === "?") document.getElementById("keys")?.showModal();
  else {
    const act = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
    const field = document.querySelector(`[data-focus="${CSS.escape(key)}"]`);
    if (act) { event.preventDefault(); act.click(); }
    else if (field) { event.preventDefault(); field.focus(); field.scrollIntoView({ block: "center" }); }
  }
});
