// The official JavaScript clients, as npm has them: writes down, a JSON line each, what they hear.
//
// Standard input: one line, a list of {name, url, token, protobuf, channel}; `channel` is subscribed to besides what the server
// subscribes to. Standard output: {name, event, channel, offset, data}. It ends when its standard input does.

const { Centrifuge: OverJson } = require("centrifuge");
const { Centrifuge: OverProtobuf } = require("centrifuge/build/protobuf");
const WebSocket = require("ws");
const readline = require("node:readline");

function plain(data) {
  if (!(data instanceof Uint8Array)) return data;
  return data.length ? JSON.parse(Buffer.from(data).toString("utf8")) : null;
}

function listen({ name, url, token, protobuf, channel }) {
  const Client = protobuf ? OverProtobuf : OverJson;
  const client = new Client(url, { token, websocket: WebSocket, minReconnectDelay: 50, maxReconnectDelay: 500 });
  const tell = (event, context, of) =>
    console.log(JSON.stringify({ name, event, channel: of ?? context.channel, offset: context.offset, data: plain(context.data) }));
  client.on("subscribed", (context) => tell("subscribed", context));
  client.on("publication", (context) => tell("publication", context));
  client.on("connecting", (context) => console.log(JSON.stringify({ name, event: "connecting", code: context.code })));
  client.on("disconnected", (context) => console.log(JSON.stringify({ name, event: "disconnected", code: context.code })));
  if (channel) {
    const followed = client.newSubscription(channel, { minResubscribeDelay: 50, maxResubscribeDelay: 500 });
    followed.on("subscribed", (context) => tell("subscribed", context, channel));
    followed.on("publication", (context) => tell("publication", context, channel));
    followed.on("unsubscribed", (context) => console.log(JSON.stringify({ name, event: "unsubscribed", code: context.code })));
    followed.subscribe();
  }
  client.connect();
}

const lines = readline.createInterface({ input: process.stdin });
lines.once("line", (line) => JSON.parse(line).forEach(listen));
lines.once("close", () => process.exit(0));
