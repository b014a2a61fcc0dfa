// The total follows the ticks.

for (const form of document.querySelectorAll("[data-sums]")) {
  const total = form.querySelector("[data-total]");
  const button = form.querySelector(".pay-bar button");
  const sum = () => {
    let fen = 0;
    for (const box of form.querySelectorAll("[data-fen]:checked")) fen += Number(box.dataset.fen);
    total.textContent = `¥${Math.floor(fen / 100)}.${String(fen % 100).padStart(2, "0")}`;
    button.disabled = fen === 0;
  };
  form.addEventListener("change", sum);
  sum();
}
