// The desk stays true: every event of its streams re-reads what it is about; what may be missing is re-read whole.
import { Link } from "./socket.js";
import { pageToken } from "./token.js";
import { toast } from "./page.js";
import * as tone from "./tone.js";
import "./keys.js";

const { body } = document;
const root = document.documentElement;
const lost = document.getElementById("lost");
const locked = document.getElementById("locked");
const queue = document.getElementById("queue");
const PROLONG = 6000;
let wasLost = false;

// What was sounded already: a reload or a re-read must not sound an old alarm anew, a waiting P1 keeps sounding by itself.
let lastTone = 0;
function sound(priority) {
  if (Date.now() - lastTone < 700) return;
  lastTone = Date.now();
  if (priority === "P1") tone.life();
  else if (priority === "P2") tone.welfare();
  else tone.fault();
}

const waiting = () => document.querySelectorAll('[data-incident][data-state="open"]');

function count() {
  const n = waiting().length;
  const title = document.title.replace(/^\(\d+\) /, "");
  document.title = n ? `(${n}) ${title}` : title;
  for (const node of document.querySelectorAll("[data-count]")) { node.textContent = n; node.hidden = !n; }
  const open = document.querySelector("[data-open]")?.dataset.open;
  for (const row of document.querySelectorAll("[data-incident]")) {
    if (row.dataset.incident === open) row.setAttribute("aria-current", "true");
    else row.removeAttribute("aria-current");
  }
}

setInterval(() => {
  if ([...waiting()].some((row) => row.dataset.priority === "P1") && Date.now() - lastTone >= PROLONG) sound("P1");
}, 1000);

// Re-read the list, and what is open beside it; words that somebody is writing stay.
let soon = 0;
function reread() {
  clearTimeout(soon);
  soon = setTimeout(() => {
    if (queue) htmx.trigger(queue, "refresh-queue");
    for (const node of document.querySelectorAll('[hx-trigger*="live-tickets"]')) htmx.trigger(node, "live-tickets");
    const open = document.querySelector("[data-open]");
    if (!open) return;
    const forms = open.querySelector("#incident-forms");
    if (forms?.matches("[data-begun]") || forms?.querySelector("details[open]") || forms?.contains(document.activeElement)) htmx.ajax("GET", open.dataset.url, { target: "#incident-live", select: "#incident-live", swap: "outerHTML" });
    else htmx.ajax("GET", open.dataset.url, { target: "#detail", swap: "innerHTML" });
  }, 80);
}

for (const kind of ["input", "change"]) {
  document.addEventListener(kind, (event) => event.target.closest?.("#incident-forms")?.setAttribute("data-begun", ""));
}

function heard(said) {
  const event = said?.event ?? "";
  if (event === "login.ended") return leave();
  if (event === "incident.opened" || event === "incident.repeated" || event === "incident.escalated") sound(said.data?.priority);
  reread();
}

function leave() {
  link.stop();
  show("lost");
  document.getElementById("left")?.showModal();
}

function show(state) {
  root.dataset.link = state;
  for (const node of document.querySelectorAll("[data-link-said]")) {
    node.textContent = { up: body.dataset.linkUp, connecting: body.dataset.linkConnecting, lost: body.dataset.linkLost, ended: body.dataset.linkEnded }[state];
  }
  lost.hidden = state !== "lost" && state !== "ended";
  lost.querySelector("[data-lost-said]").textContent = state === "ended" ? body.dataset.linkEnded : body.dataset.linkLost;
}

const link = new Link({ url: body.dataset.socket, token: pageToken, quiet: 5000, beat: 2000 });
for (const channel of body.dataset.channels.split(" ").filter(Boolean)) link.subscribe(channel, { event: heard, reread });
link.listen("person:", { event: heard, reread });
link.addEventListener("state", ({ detail }) => {
  show(detail);
  if (detail === "lost" || detail === "ended") { wasLost = true; tone.lost(); }
  if (detail === "up" && wasLost) { wasLost = false; tone.back(); toast(body.dataset.linkBack); reread(); }
});
link.start();

if (locked) {
  const check = () => { locked.hidden = !tone.isLocked(); };
  check();
  locked.querySelector("[data-unlock]").addEventListener("click", () => tone.unlock().then(check));
  addEventListener("pointerdown", () => tone.unlock().then(check));
  addEventListener("keydown", () => tone.unlock().then(check));
}

document.addEventListener("htmx:afterSettle", count);
count();
