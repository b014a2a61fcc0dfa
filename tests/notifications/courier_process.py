"""The real worker as a process on the test's database, to be killed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from django.db import connection

ROOT = Path(__file__).resolve().parents[2]


class Worker:
    """`python -m backend worker`, as its own database role, with these settings on top."""

    def __init__(self, **settings: str) -> None:
        self.settings = settings
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        name = str(connection.settings_dict["NAME"])
        urls = {
            key: urlunsplit(urlsplit(os.environ[key])._replace(path=f"/{name}"))
            for key in os.environ
            if key.startswith("DATABASE_") and "URL" in key
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "backend", "worker"],
            cwd=ROOT,
            env=os.environ | urls | self.settings,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def kill(self) -> None:
        """kill -9."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(10)
            self.process = None
