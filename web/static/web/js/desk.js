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

// Re-read the list, and what is open beside it.
let soon = 0;
function reread() {
  clearTimeout(soon);
  soon = setTimeout(() => {
    if (queue) htmx.trigger(queue, "refresh-queue");
    for (const node of document.querySelectorAll('[hx-trigger*="live-tickets"]')) htmx.trigger(node, "live-tickets");
    rereadOpen();
  }, 80);
}

const isBegun = (forms) => forms.matches("[data-begun]") || forms.querySelector("details[open]") || forms.contains(document.activeElement);

// What somebody is writing stays: whether they are is asked when the answer is here, not before.
let asked = 0;
async function rereadOpen() {
  const open = document.querySelector("[data-open]");
  if (!open) return;
  const mine = ++asked;
  const answer = await fetch(open.dataset.url, { headers: { "HX-Request": "true" } });
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (!answer.ok || mine !== asked || document.querySelector("[data-open]") !== open) return;
  for (const part of ["#incident-live", "#incident-forms"]) {
    const [old, next] = [open.querySelector(part), fresh.querySelector(part)];
    if (old && part === "#incident-forms" && isBegun(old)) continue;
    if (old && next) old.replaceWith(next);
    else if (next) open.append(next);
    else old?.remove();
    if (next) htmx.process(next);
  }
  count();
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

// On a phone the detail lies below the list: go there when a row was touched.
document.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (detail.target.id !== "detail" || !detail.requestConfig?.elt?.matches("[data-incident]")) return;
  if (matchMedia("(max-width: 60rem)").matches) detail.target.scrollIntoView();
});

document.addEventListener("htmx:afterSettle", count);
count();
