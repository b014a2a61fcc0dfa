"""Running the Stripe sandbox as the separate process that it is."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


@dataclass
class Sandbox:
    """A running sandbox. ``url`` stays the same after ``kill()`` and ``restart()``."""

    command: list[str]
    ports_file: Path
    log: Path
    url: str = ""
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def restart(self) -> None:
        """Start (again) on the state on disk; returns when it answers. Raises RuntimeError after 15 s."""
        self.ports_file.unlink(missing_ok=True)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(self.command, cwd=ROOT, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        ends = time.monotonic() + 15
        while time.monotonic() < ends:
            if self.process.poll() is not None:
                break
            if self.ports_file.exists():
                self.url = f"http://127.0.0.1:{json.loads(self.ports_file.read_text())['stripe']}"
                try:
                    self.control("GET", "/_sandbox/health")
                except OSError:
                    pass
                else:
                    return
            time.sleep(0.02)
        raise RuntimeError(f"the sandbox did not start: {self.log.read_text()[-2000:]}")

    def stop(self) -> None:
        """SIGTERM, and wait."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.kill()

    def kill(self) -> None:
        """SIGKILL: what is not on disk is gone."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def authorize(self, intent_id: str, outcome: str = "success") -> dict[str, Any]:
        """The payer's tap, ``success`` or ``fail``, whatever the method. Returns the intent."""
        room = "setup_intents" if intent_id.startswith("seti_") else "payment_intents"
        status, body = self.control("POST", f"/_sandbox/{room}/{intent_id}/authorize?outcome={outcome}")
        assert status == 200, body
        return body

    def faults(self, **faults: int | bool) -> dict[str, Any]:
        """Set faults by name (see ``sandbox/stripe/faults.py``); ``reset=True`` clears all."""
        status, body = self.control("POST", "/_sandbox/faults", faults)
        assert status == 200, body
        return body

    def control(self, method: str, path: str, given: dict[str, Any] | None = None) -> tuple[int, dict[str, Any]]:
        """Status and JSON of any path of the sandbox, without a key."""
        connection = http.client.HTTPConnection(self.url.removeprefix("http://"), timeout=10)
        try:
            connection.request(method, path, json.dumps(given) if given else None)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            connection.close()


def start_sandbox(
    tmp_dir: Path | str, webhook_url: str | None, webhook_secret: str = "whsec_test", *options: str
) -> Sandbox:
    """Start a sandbox whose state lies in ``tmp_dir``, on a free port.

    Its defaults: a fee of 2.9 %, wallet refunds after 0.3 s. ``options`` are more of ``python -m sandbox.stripe``.
    """
    folder = Path(tmp_dir)
    folder.mkdir(parents=True, exist_ok=True)
    ports_file = folder / "sandbox-port.json"
    command = [sys.executable, "-m", "sandbox.stripe", "--port", "0", "--state", str(folder)]
    command += ["--ports-file", str(ports_file), "--refund-seconds", "0.3"]
    if webhook_url:
        command += ["--webhook-url", webhook_url, "--webhook-secret", webhook_secret]
    sandbox = Sandbox([*command, *options], ports_file, folder / "sandbox.log")
    sandbox.restart()
    return sandbox
