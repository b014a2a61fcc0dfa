// Keeps every <time data-age> counting: minutes and seconds, then hours. Marks the old ones so that CSS can show it.

function shown(seconds) {
  const s = String(seconds % 60).padStart(2, "0");
  const m = Math.floor(seconds / 60);
  return m < 60 ? `${m}:${s}` : `${Math.floor(m / 60)}:${String(m % 60).padStart(2, "0")}:${s}`;
}

// The server's clock decides; a wrong clock in the browser must not make an alarm look younger.
const skew = Date.now() - Date.parse(document.documentElement.dataset.now ?? new Date().toISOString());

function tick() {
  for (const node of document.querySelectorAll("time[data-age]")) {
    const seconds = Math.max(0, Math.floor((Date.now() - skew - Date.parse(node.dateTime)) / 1000));
    node.textContent = shown(seconds);
    node.classList.toggle("age-late", seconds >= Number(node.dataset.late ?? 60));
  }
}

tick();
setInterval(tick, 1000);
document.addEventListener("htmx:afterSettle", tick);
