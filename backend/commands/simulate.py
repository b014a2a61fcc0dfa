"""Play devices at the real doors: a button press or heartbeats, signed HTTPS and DC-09, sent again until acknowledged.

    python -m backend simulate press --serial BTN-0001
    python -m backend simulate heartbeats --rounds 10 --every 5

Devices and their secrets are read from `/demo/devices` of a running demo, or one is given with --key-id and --secret, or --account.
"""

from __future__ import annotations

import argparse
import json
import socket
import time
import urllib.error
import urllib.request
import uuid
from datetime import UTC, datetime
from typing import Any

PROCESS = "none"
TRIES = 5
WAIT_SECONDS = 2.0
CODES = {"sos": "101", "fall": "103", "medical": "100", "fire": "110", "smoke": "111", "gas": "151", "co": "162"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=["press", "heartbeats"])
    parser.add_argument("--serial", help="one of the demo's devices; without it the first (press) or all (heartbeats)")
    parser.add_argument("--kind", default="sos", help="what a press says: sos, fall, co, … (default: sos)")
    parser.add_argument("--key-id", help="sign as this key, with --secret, instead of asking the demo")
    parser.add_argument("--secret", help="unpadded base64url")
    parser.add_argument("--account", help="speak DC-09 as this account instead of asking the demo")
    parser.add_argument("--url", help="where the API is (default: the port in ports.json)")
    parser.add_argument("--rounds", type=int, default=1, help="heartbeats: how many rounds")
    parser.add_argument("--every", type=float, default=5.0, help="heartbeats: seconds between rounds")


def run(args: argparse.Namespace) -> int:
    from backend.core import ports
    from backend.env import env

    known = ports.read(env.home_path)
    base = (args.url or f"http://127.0.0.1:{known.get('http', env.port)}").rstrip("/")
    devices = _devices(args, base)
    if not devices:
        print("no such device")
        return 1
    dc09_port = known.get("dc09", env.dc09_port)
    if args.what == "press":
        return 0 if _send(devices[0], args.kind, base, dc09_port) else 1
    for number in range(args.rounds):
        if number:
            time.sleep(args.every)
        heard = [_send(device, "heartbeat", base, dc09_port) for device in devices]
        print(f"round {number + 1}: {sum(heard)} of {len(heard)} heartbeats acknowledged")
    return 0


def _devices(args: argparse.Namespace, base: str) -> list[dict[str, Any]]:
    if args.key_id and args.secret:
        return [{"serial": args.key_id, "protocol": "https", "key_id": args.key_id, "secret": args.secret}]
    if args.account:
        return [{"serial": args.account, "protocol": "dc09", "account": args.account}]
    with urllib.request.urlopen(f"{base}/demo/devices", timeout=10) as answer:  # noqa: S310 - our own address
        found: list[dict[str, Any]] = json.load(answer)
    if args.serial:
        return [device for device in found if device["serial"] == args.serial]
    return [device for device in found if device["protocol"] in {"https", "dc09"}]


def _send(device: dict[str, Any], kind: str, base: str, dc09_port: int) -> bool:
    """Send one message until it is acknowledged; what was sent is the same each time."""
    if device["protocol"] == "dc09":
        return _send_dc09(device, kind, dc09_port)
    url = f"{base}/api/v1/emergency/signals"
    said = {"event_id": str(uuid.uuid4()), "kind": kind, "at": datetime.now(UTC).isoformat(), "battery": 80}
    return _post(device, url, json.dumps(said).encode())


def _post(device: dict[str, Any], url: str, body: bytes) -> bool:
    from backend.emergency.signatures import sign

    for _ in range(TRIES):
        headers = sign(body, url=url, key_id=device["key_id"], secret=device["secret"])
        headers["Content-Type"] = "application/json"
        request = urllib.request.Request(url, data=body, headers=headers, method="POST")  # noqa: S310 - our own address
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
                print(f"{device['serial']}: {answer.status} {answer.read().decode()}")
                return True
        except urllib.error.HTTPError as refused:
            print(f"{device['serial']}: {refused.code}")
            if refused.code < 500:
                return False
        except OSError as lost:
            print(f"{device['serial']}: {type(lost).__name__}, sending again")
        time.sleep(WAIT_SECONDS)
    return False


def _send_dc09(device: dict[str, Any], kind: str, port: int) -> bool:
    from backend.emergency.protocols import dc09, dc09_crypto

    account, seq = device["account"], int(time.time() * 10) % 9999 + 1
    is_null = kind == "heartbeat"
    text = "" if is_null else f"#{account}|1{CODES.get(kind, '101')} 00 001"
    star, data = "", f"{text}]".encode()
    if device.get("aes_key"):
        stamped = data + dc09.stamp(datetime.now(UTC))
        star, data = "*", dc09_crypto.encrypt(bytes.fromhex(device["aes_key"]), stamped)
    head = f'"{star}{"NULL" if is_null else "ADM-CID"}"{seq:04d}L0#{account}['.encode()
    frame = dc09.wrap(head + data)
    for _ in range(TRIES):
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=WAIT_SECONDS) as line:
                line.sendall(frame)
                answer = line.recv(1024)
        except OSError as lost:
            print(f"{device['serial']}: {type(lost).__name__}, sending again")
            time.sleep(WAIT_SECONDS)
            continue
        print(f"{device['serial']}: {answer!r}")
        return b"ACK" in answer
    return False
