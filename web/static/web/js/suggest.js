// Suggestions under the search field: arrows walk through them, Escape and a search put them away.

const field = document.getElementById("q");
const place = document.getElementById("suggested");
const links = () => [...place.querySelectorAll("a")];
const away = () => { place.replaceChildren(); };

let isSent = false;
field.addEventListener("input", () => { isSent = false; if (!field.value.trim()) away(); });
field.addEventListener("change", (event) => event.stopPropagation()); // leaving the field for a suggestion is no search yet
document.getElementById("wishes").addEventListener("submit", () => { isSent = true; away(); });
// What comes after the search was sent is late.
place.addEventListener("htmx:beforeSwap", (event) => { if (isSent) event.detail.shouldSwap = false; });
for (const node of [field, place]) {
  node.addEventListener("keydown", (event) => {
    const all = links();
    const at = all.indexOf(document.activeElement);
    if (event.key === "Escape" && all.length) { away(); field.focus(); event.preventDefault(); }
    if (event.key === "ArrowDown" && at < all.length - 1) { all[at + 1].focus(); event.preventDefault(); }
    if (event.key === "ArrowUp" && at >= 0) { (all[at - 1] ?? field).focus(); event.preventDefault(); }
  });
}
