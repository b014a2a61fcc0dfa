// A small client of the Centrifuge protocol v2 (JSON): connect, subscribe with recovery, publications, ping, RPC, reconnect with jitter.
//
// Events: "state" {detail: "connecting" | "up" | "lost" | "ended"}; for each channel the listener's `event(publication, channel)`,
// and `reread(channel)` whenever something may be missing: at the first subscription, and when the server could not recover.

const FIRST_DELAY = 300;
const LONGEST_DELAY = 10000;
const isFinal = (code) => (code >= 3500 && code < 4000) || (code >= 4500 && code < 5000);

export class Link extends EventTarget {
  #url; #token; #socket = null; #next = 1; #waiting = new Map(); #listeners = new Map(); #places = new Map();
  #wanted = new Set(); #attempt = 0; #lastLife = 0; #quiet; #watch = 0; #state = "connecting"; #stopped = false; #pongs = false; #beat; #refreshing = 0;

  // `token` is an async function giving an access token or ""; `quiet` is how many ms without a sign of life mean "lost";
  // with `beat` the client asks for one every so many ms.
  constructor({ url, token, quiet = 5000, beat = 0 }) {
    super();
    this.#url = url;
    this.#token = token;
    this.#quiet = quiet;
    this.#beat = beat;
  }

  get state() { return this.#state; }

  start() {
    this.#lastLife = Date.now();
    this.#watch = setInterval(() => this.#checkLife(), 500);
    if (this.#beat) setInterval(() => { if (this.#state === "up") this.#command("ping", {}).catch(() => {}); }, this.#beat);
    addEventListener("online", () => this.#reopen());
    addEventListener("pagehide", () => this.stop());
    this.#open();
  }

  stop() {
    this.#stopped = true;
    clearInterval(this.#watch);
    clearTimeout(this.#refreshing);
    this.#socket?.close(1000, "page left");
  }

  // A channel the client asks for. `person:<id>` and its like are given by the server at connect: use `listen` for those.
  subscribe(channel, listener) {
    this.#wanted.add(channel);
    this.listen(channel, listener);
    if (this.#state === "up") this.#ask(channel);
  }

  // `prefix` is a whole channel name or its beginning, e.g. "person:".
  listen(prefix, listener) { this.#listeners.set(prefix, listener); }

  call(method, data = {}) { return this.#command("rpc", { method, data }).then((reply) => reply.data); }

  async #open() {
    if (this.#stopped) return;
    const token = await this.#token().catch(() => null);
    if (token === null) return this.#later();
    const url = new URL(this.#url, location.href);
    url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(url);
    this.#socket = socket;
    socket.onopen = () => this.#connect(token);
    socket.onmessage = (message) => { if (socket === this.#socket) this.#read(message.data); };
    socket.onclose = (closed) => { if (socket === this.#socket) this.#closed(closed.code); };
  }

  async #connect(token) {
    const subs = {};
    for (const [channel, place] of this.#places) {
      if (!this.#wanted.has(channel)) subs[channel] = { recover: true, offset: place.offset, epoch: place.epoch };
    }
    try {
      const hello = await this.#command("connect", { ...(token ? { token } : {}), name: "web", version: "1", subs });
      this.#pongs = Boolean(hello.pong);
      this.#attempt = 0;
      this.#refreshLater(hello);
      for (const [channel, reply] of Object.entries(hello.subs ?? {})) this.#placed(channel, reply);
      this.#become("up");
      for (const channel of this.#wanted) this.#ask(channel);
    } catch { this.#socket?.close(4000, "connect refused"); }
  }

  // A token ends: send a new one before that, with a little time in hand.
  #refreshLater({ expires, ttl }) {
    clearTimeout(this.#refreshing);
    if (!expires) return;
    this.#refreshing = setTimeout(async () => {
      try { this.#refreshLater(await this.#command("refresh", { token: await this.#token() })); } catch { this.#reopen(); }
    }, Math.max(1, ttl - 20) * 1000);
  }

  async #ask(channel) {
    const place = this.#places.get(channel);
    const recovery = place ? { recover: true, offset: place.offset, epoch: place.epoch } : {};
    try { this.#placed(channel, await this.#command("subscribe", { channel, ...recovery })); } catch (refusal) {
      this.dispatchEvent(new CustomEvent("refused", { detail: { channel, refusal } }));
    }
  }

  #placed(channel, reply) {
    const known = this.#places.has(channel);
    const whole = known && reply.was_recovering && reply.recovered;
    for (const publication of reply.publications ?? []) this.#hear(channel, publication);
    this.#places.set(channel, { offset: reply.offset ?? 0, epoch: reply.epoch ?? "" });
    if (!whole) this.#listener(channel)?.reread?.(channel);
  }

  #listener(channel) {
    for (const [prefix, listener] of this.#listeners) if (channel.startsWith(prefix)) return listener;
    return null;
  }

  #hear(channel, publication) {
    const place = this.#places.get(channel);
    if (place && publication.offset) {
      if (publication.offset <= place.offset) return;
      const isGap = publication.offset > place.offset + 1;
      place.offset = publication.offset;
      if (isGap) this.#listener(channel)?.reread?.(channel);
    }
    this.#listener(channel)?.event?.(publication.data, channel);
  }

  #read(text) {
    this.#lastLife = Date.now();
    for (const line of text.split("\n")) {
      if (!line.trim()) continue;
      const reply = JSON.parse(line);
      if (reply.id) this.#answered(reply);
      else if (reply.push) this.#pushed(reply.push);
      else if (this.#pongs) this.#socket.send("{}");
    }
  }

  #answered(reply) {
    const wait = this.#waiting.get(reply.id);
    if (!wait) return;
    this.#waiting.delete(reply.id);
    clearTimeout(wait.timer);
    if (reply.error) wait.reject(reply.error);
    else wait.resolve(reply[wait.method] ?? {});
  }

  #pushed(push) {
    if (push.pub) this.#hear(push.channel, push.pub);
    else if (push.subscribe) this.#placed(push.channel, push.subscribe);
    else if (push.unsubscribe) {
      if (push.unsubscribe.code >= 2500) this.#ask(push.channel);
      else { this.#wanted.delete(push.channel); this.#places.delete(push.channel); }
    } else if (push.disconnect) this.#socket.close(4000, "told to leave");
  }

  #command(method, body) {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => { this.#waiting.delete(id); reject({ code: 0, message: "timeout" }); }, this.#quiet);
      this.#waiting.set(id, { method, resolve, reject, timer });
      if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify({ id, [method]: body }));
    });
  }

  #checkLife() {
    if (Date.now() - this.#lastLife < this.#quiet || this.#state === "ended") return;
    this.#become("lost");
    if (this.#socket?.readyState === WebSocket.OPEN) this.#reopen();
  }

  #reopen() {
    const old = this.#socket;
    this.#socket = null;
    old?.close(4000, "no life");
    this.#closed(0);
  }

  #closed(code) {
    for (const wait of this.#waiting.values()) { clearTimeout(wait.timer); wait.reject({ code: 0, message: "closed" }); }
    this.#waiting.clear();
    if (this.#stopped) return;
    if (isFinal(code)) { clearInterval(this.#watch); this.#become("ended"); return; }
    if (this.#state === "up") this.#become("connecting");
    this.#later();
  }

  #later() {
    const most = Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** this.#attempt++);
    setTimeout(() => this.#open(), Math.random() * most);
  }

  #become(state) {
    if (state === this.#state) return;
    this.#state = state;
    this.dispatchEvent(new CustomEvent("state", { detail: state }));
  }
}
