// The SOS button: hold it three seconds and it is sent; a short tap opens the same question in large letters.
// Without JavaScript the button is a link to a page that asks once and sends.

const HOLD = 3000;

function arm(button) {
  const dialog = document.getElementById(button.dataset.dialog);
  const form = document.getElementById(button.dataset.form);
  const said = button.querySelector("[data-said]");
  const label = said.textContent;
  let began = 0;
  let frame = 0;
  let isSent = false;

  const send = () => {
    if (isSent) return;
    isSent = true;
    button.dataset.state = "sending";
    said.textContent = button.dataset.sending;
    navigator.vibrate?.([80, 60, 80]);
    form.requestSubmit();
  };
  const turn = () => {
    const share = Math.min(1, (performance.now() - began) / HOLD);
    button.querySelector("[data-ring]").setAttribute("stroke-dashoffset", String(100 - share * 100));
    said.textContent = button.dataset.holding.replace("{n}", String(Math.ceil(3 - share * 3)));
    if (share >= 1) send();
    else frame = requestAnimationFrame(turn);
  };
  const start = (event) => {
    if (event.button > 0 || isSent || began) return;
    began = performance.now();
    button.dataset.state = "holding";
    frame = requestAnimationFrame(turn);
  };
  const stop = () => {
    if (!began || isSent) return;
    const isTap = performance.now() - began < 600;
    cancelAnimationFrame(frame);
    began = 0;
    delete button.dataset.state;
    said.textContent = label;
    button.querySelector("[data-ring]").setAttribute("stroke-dashoffset", "100");
    if (isTap) dialog.showModal();
  };

  button.addEventListener("pointerdown", (event) => { button.setPointerCapture(event.pointerId); start(event); });
  button.addEventListener("pointerup", stop);
  button.addEventListener("pointercancel", stop);
  button.addEventListener("contextmenu", (event) => event.preventDefault());
  button.addEventListener("click", (event) => event.preventDefault());
  button.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === " ") { event.preventDefault(); if (!isSent) dialog.showModal(); }
  });
}

export function armAll() {
  for (const button of document.querySelectorAll("[data-hold]:not([data-armed])")) { button.dataset.armed = ""; arm(button); }
}

armAll();
document.addEventListener("htmx:afterSettle", armAll);
