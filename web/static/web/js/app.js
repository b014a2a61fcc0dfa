// The resident's pages stay true by themselves: what the person's stream says is re-read from the server.
import { Link } from "./socket.js";
import { pageToken } from "./token.js";
import { toast } from "./page.js";

const tell = (event) => {
  const rooms = ["any"];
  for (const [prefix, room] of [["incident.", "emergency"], ["alarm.", "emergency"], ["bill.", "payments"], ["payment.", "payments"], ["ticket.", "tickets"]]) {
    if (event.startsWith(prefix)) rooms.push(room);
  }
  if (rooms.length === 1 || event === "*") rooms.push("emergency", "payments", "tickets");
  for (const room of new Set(rooms)) {
    for (const node of document.querySelectorAll(`[hx-trigger*="live-${room}"]`)) htmx.trigger(node, `live-${room}`);
  }
};

function live() {
  const link = new Link({ url: document.body.dataset.socket, token: pageToken, quiet: 35000 });
  let wasLost = false;
  link.listen("person:", { event: (said) => tell(said?.event ?? "*"), reread: () => tell("*") });
  link.addEventListener("state", ({ detail }) => {
    document.documentElement.dataset.link = detail;
    if (detail === "lost") wasLost = true;
    if (detail === "up" && wasLost) { wasLost = false; toast(document.body.dataset.linkBack); }
  });
  link.start();
}

if (document.body.dataset.socket) live();
