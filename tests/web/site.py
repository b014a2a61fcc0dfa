"""A running demo and browsers in it. `YIKE_SITE` names one that runs already (while writing a test)."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page

from backend.core import ports
from tests import seeded

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
MISSING = "no Chromium: apt-get install chromium"
READY_SECONDS = 300
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 900}


@contextmanager
def running(home: Path) -> Iterator[str]:
    """The address of a demo of its own in this home, until the block ends."""
    named = os.environ.get("YIKE_SITE")
    if named:
        yield named
        return
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("DATABASE", "YIKE_", "STRIPE_"))
    }
    environment |= {"YIKE_HOME": str(home), "YIKE_DEMO": "1", "PORT": "0", "DC09_PORT": "0", "LOG_FORMAT": "plain"}
    seeded.district(home)
    with open(home / "site.log", "wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "backend", "up"], cwd=ROOT, env=environment, stdout=log, stderr=log
        )
    try:
        yield _when_ready(home, process, home / "site.log")
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()


def _when_ready(home: Path, process: subprocess.Popen[bytes], log: Path) -> str:
    end = time.monotonic() + READY_SECONDS
    while time.monotonic() < end:
        assert process.poll() is None, log.read_text()[-4000:]
        port = ports.read(home).get("http")
        if port:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5):
                    return f"http://127.0.0.1:{port}"
            except OSError:
                pass
        time.sleep(0.3)
    raise AssertionError(log.read_text()[-4000:])


class Visitor:
    """One person's browser. What the console complains about, and every request that leaves the site, is kept."""

    def __init__(self, browser: Browser, site: str, *, viewport: Any = PHONE, language: str = "zh-CN") -> None:
        self.site = site
        self.context: BrowserContext = browser.new_context(viewport=viewport, locale=language, base_url=site)
        self.page: Page = self.context.new_page()
        self.complaints: list[str] = []
        self.strangers: list[str] = []
        self.page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.context.on("request", lambda asked: self._asked(asked.url))

    def _asked(self, url: str) -> None:
        own = self.site.partition("://")[2]
        if not url.startswith((f"http://{own}", f"ws://{own}", "data:", "blob:")):
            self.strangers.append(url)

    def goes(self, path: str) -> Page:
        self.page.goto(path)
        return self.page

    def enters_as(self, name: str) -> Page:
        """By the demo's one-click door."""
        self.goes("/demo")
        self.page.get_by_role("button", name=name, exact=True).click()
        self.page.wait_for_load_state()
        return self.page
