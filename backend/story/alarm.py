"""First journey: a press → the desk's screen → acknowledge → resolve."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from datetime import UTC, datetime
from uuid import uuid4

from backend.story import demo
from backend.story.client import Api, Json, Refused
from backend.story.demo import Cast, NoDemo
from backend.story.telling import Teller
from backend.story.watching import watching

SIGNALS = "/api/v1/emergency/signals"


def tell(teller: Teller, cast: Cast) -> None:
    base = cast.base
    teller.scene("一、按下按钮", "A button is pressed")
    device = _button(base, cast)
    person = cast.at_home(device["home_id"]) or cast.of("resident")
    first, second = (cast.enter("dispatcher", position) for position in (0, 1))
    desks = _desks(cast.of("dispatcher"))
    first.post("/duty/start", {"division_id": desks[0]["id"]})
    teller.line(
        f"{first.name}在{desks[0]['name']}值班台上岗，屏幕开着。",
        f"{first.name} is on duty at the desk; the screen is on.",
    )
    with watching(base, first.token, [f"desk:{desk['id']}" for desk in desks]) as screen:
        begun = time.monotonic()
        received = press(base, device)
        answered = time.monotonic()
        teller.line(
            f"{person['name']}按下{device['serial']}。{(answered - begun) * 1000:.0f} 毫秒后按钮收到“已记录”。",
            f"{person['name']} presses the button; {(answered - begun) * 1000:.0f} ms later it is told: recorded.",
            "●",
        )
        incident_id = received["incident_id"]
        shown, channel, _ = screen.wait_for(lambda data: str(incident_id) in data["about"], 10)
        teller.line(
            f"值班屏幕亮起，距按下 {(shown - begun) * 1000:.0f} 毫秒（{channel.partition(':')[0]} 通道）。",
            f"The desk's screen shows it {(shown - begun) * 1000:.0f} ms after the press.",
        )
    incident = first.get(f"/emergency/incidents/{incident_id}")
    again = press(base, device, event_id=received["event_id"])
    assert again["incident_id"] == incident_id
    teller.line(
        "按钮因信号不好又发了一遍：还是同一起警情。", "The button repeats itself: still one and the same incident."
    )
    _answer(teller, first, second, incident)


def _answer(teller: Teller, first: Api, second: Api, incident: Json) -> None:
    path = f"/emergency/incidents/{incident['id']}"
    taken = first.post(f"{path}/acknowledge")
    card = taken.get("card") or {}
    contacts = "、".join(one["name"] for one in taken["contacts"])
    teller.line(
        f"{first.name}接警 {taken['priority']}：{taken['address'] or '地址未知'}。联系人：{contacts or '无'}",
        f"{first.name} takes it ({taken['priority']}): the card shows name, address, contacts and the way in.",
    )
    try:
        second.post(f"{path}/acknowledge")
    except Refused as refused:
        if refused.problem.get("type", "").rpartition("/")[2] != "already-acknowledged":
            raise
        teller.line(f"{second.name}也想接：已被接走（409）。", f"{second.name} tries too: already taken (409).")
    first.post(f"{path}/call", {"to": "person", "result": "spoke", "text": "说是擦桌子时碰到了"})
    teller.line(
        f"回拨 {card.get('phone', '')}：“擦桌子碰到了，人没事。”", "Call back: “I hit it wiping the table, I am fine.”"
    )
    ended = first.post(f"{path}/resolve", {"disposition": "accidental", "text": "电话确认平安"})
    teller.line("处置结果：误触。时间线上每一步都在：", "Resolved as accidental. The timeline has every step:", "✓")
    teller.detail(*(f"{_clock(one['at'])}  {one['event']}" for one in ended["timeline"]))


def press(base: str, device: Json, event_id: str | None = None) -> Json:
    """The device's own signed message (RFC 9421, HMAC-SHA256); the answer with the event id added."""
    event_id = event_id or str(uuid4())
    said = {"event_id": event_id, "kind": "sos", "at": datetime.now(UTC).isoformat(timespec="seconds"), "battery": 81}
    body = json.dumps(said).encode()
    headers = {"Content-Type": "application/json", **signature(body, device["key_id"], device["secret"])}
    answer: Json = json.loads(Api(base).raw("POST", SIGNALS, body, headers))
    return {**answer, "event_id": event_id}


def signature(body: bytes, key_id: str, secret: str) -> dict[str, str]:
    """The three headers that sign a POST of `body` to the signals; `secret` is unpadded base64url."""
    digest = f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"
    params = (
        '("@method" "@path" "content-digest")'
        f';created={int(time.time())};nonce="{uuid4().hex}";keyid="{key_id}";alg="hmac-sha256"'
    )
    signed = f'"@method": POST\n"@path": {SIGNALS}\n"content-digest": {digest}\n"@signature-params": {params}'
    key = base64.urlsafe_b64decode(secret + "=" * (-len(secret) % 4))
    made = base64.b64encode(hmac.digest(key, signed.encode(), hashlib.sha256)).decode()
    return {"Content-Digest": digest, "Signature-Input": f"sig1={params}", "Signature": f"sig1=:{made}:"}


def _button(base: str, cast: Cast) -> Json:
    """A button that signs over HTTPS, best one in the home of somebody we know."""
    found = [one for one in demo.devices(base) if one.get("secret") and one.get("key_id") and one.get("home_id")]
    if not found:
        raise NoDemo("the demo has no device that signs over HTTPS")
    return next((one for one in found if cast.at_home(one["home_id"])), found[0])


def _desks(person: Json) -> list[Json]:
    return [one["scope"] for one in person["roles"] if one["role"] == "dispatcher"]


def _clock(at: str) -> str:
    return datetime.fromisoformat(at).astimezone().strftime("%H:%M:%S")
