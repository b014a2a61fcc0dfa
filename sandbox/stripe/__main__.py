"""``python -m sandbox.stripe``: run the sandbox on 127.0.0.1."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import socket
from pathlib import Path

import uvicorn

from sandbox.stripe.api import Api
from sandbox.stripe.call import Terms
from sandbox.stripe.delivery import Courier
from sandbox.stripe.faults import Faults
from sandbox.stripe.server import Server
from sandbox.stripe.store import Store
from sandbox.stripe.webhooks import keep_start_endpoint


def main() -> None:
    options = _options()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    store = Store(options.state / "stripe.sqlite3")
    listener = _listen(store, options.port)
    port = listener.getsockname()[1]
    base_url = f"http://127.0.0.1:{port}"
    if options.webhook_url:
        keep_start_endpoint(store, options.webhook_url, options.webhook_secret)
    terms = Terms(fee_percent=options.fee_percent, refund_seconds=options.refund_seconds)
    faults = Faults()
    asyncio.run(_serve(store, faults, terms, base_url, listener, options.ports_file))


async def _serve(
    store: Store, faults: Faults, terms: Terms, base_url: str, listener: socket.socket, ports_file: Path | None
) -> None:
    courier = Courier(store, faults, terms, base_url)
    app = Server(Api(store, faults, terms, base_url), courier)
    config = uvicorn.Config(
        app, lifespan="off", log_level="warning", access_log=False, timeout_graceful_shutdown=2, server_header=False
    )
    delivering = asyncio.create_task(courier.run())
    _publish(listener.getsockname()[1], ports_file)
    print(f"Stripe sandbox (no real money) on {base_url}", flush=True)
    await uvicorn.Server(config).serve(sockets=[listener])
    delivering.cancel()
    store.close()


def _listen(store: Store, port: int) -> socket.socket:
    """Port 0 takes the port of the last start when it is free, so that clients find a restarted sandbox."""
    last = int(store.fact("port") or 0)
    for wanted in dict.fromkeys((port or last, port)):
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", wanted))
        except OSError:
            listener.close()
            if wanted == port:
                raise
            continue
        store.set_fact("port", str(listener.getsockname()[1]))
        return listener
    raise AssertionError("unreachable: the last port tried either binds or raises")


def _publish(port: int, ports_file: Path | None) -> None:
    if ports_file is None:
        return
    fresh = ports_file.with_name(f".{ports_file.name}.{os.getpid()}")
    fresh.write_text(json.dumps({"stripe": port}))
    fresh.replace(ports_file)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox.stripe", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 chooses one, and the same one at the next start")
    parser.add_argument("--state", type=Path, required=True, help="folder of the SQLite file")
    parser.add_argument("--webhook-url", help="where events are sent")
    parser.add_argument("--webhook-secret", default="whsec_sandbox", help="signing secret of that endpoint")
    parser.add_argument("--ports-file", type=Path, help='own file that gets {"stripe": port} when the port is open')
    parser.add_argument("--fee-percent", type=float, default=2.9, help="of each charge; 0 for none")
    parser.add_argument("--refund-seconds", type=float, default=2.0, help="how long wallets take to refund")
    return parser.parse_args()


if __name__ == "__main__":
    main()
