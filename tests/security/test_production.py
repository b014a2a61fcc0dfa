"""A production-like environment: Django's own deployment check finds nothing, cookies and redirects are as they should be."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SHOW = """
import django
django.setup()
from django.conf import settings
from django.test import Client
print(settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, settings.X_FRAME_OPTIONS)
by_proxy = {"REMOTE_ADDR": "10.0.0.5", "HTTP_HOST": "yike.example"}
plain = Client().get("/livez", **by_proxy)
print(plain.status_code, plain.headers["Strict-Transport-Security"])
moved = Client().get("/login", HTTP_X_FORWARDED_PROTO="http", **by_proxy)
print(moved.status_code, moved.headers.get("Location"))
json = {"data": "{}", "content_type": "application/json", "HTTP_X_FORWARDED_PROTO": "http"}
alarm = Client(raise_request_exception=False).post("/api/v1/emergency/alarms", **json, **by_proxy)
print(alarm.status_code)
stranger = Client().get("/login", HTTP_X_FORWARDED_PROTO="https", REMOTE_ADDR="203.0.113.9", HTTP_HOST="yike.example")
print(stranger.status_code)
"""


def key() -> str:
    return base64.urlsafe_b64encode(os.urandom(32)).decode().rstrip("=")


def production(home: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run Python as a machine that serves the public would, on the tests' database server."""
    kept = {n: v for n, v in os.environ.items() if n.startswith("DATABASE_") or n in {"PATH", "LANG", "HOME"}}
    given = {
        "YIKE_HOME": str(home),
        "PUBLIC_URL": "https://yike.example",
        "ALLOWED_HOSTS": "yike.example",
        "TRUSTED_PROXIES": "10.0.0.0/8",
        "SECURITY_CONTACT": "mailto:safe@yike.example",
        "DJANGO_SETTINGS_MODULE": "backend.settings",
        "YIKE_VAULT_KEYS": f"k1:{key()}",
    } | {f"YIKE_{name}_KEY": key() for name in ("SECRET", "TOKEN", "AUDIT", "BLIND")}
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=kept | given | more, capture_output=True, text=True, timeout=300
    )


@pytest.mark.parametrize("preload", ["0", "1"])
def test_the_deployment_check_finds_nothing(tmp_path: Path, preload: str) -> None:
    shown = production(
        tmp_path, "-m", "backend", "check", "--deploy", "--fail-level", "WARNING", YIKE_HSTS_PRELOAD=preload
    )
    assert shown.returncode == 0, shown.stderr
    assert "no issues" in shown.stdout + shown.stderr


def test_cookies_redirects_and_hsts_over_https(tmp_path: Path) -> None:
    shown = production(tmp_path, "-c", SHOW, YIKE_PROCESS="web")
    assert shown.returncode == 0, shown.stderr
    cookies, health, moved, alarm, stranger = [line for line in shown.stdout.splitlines() if not line.startswith("{")]
    assert cookies == "__Host-yike_session __Host-yike_csrf DENY"
    assert health == "200 max-age=63072000"
    assert moved == "301 https://yike.example/login"
    assert alarm in {"401", "422"}  # not a redirect, which would lose the call
    assert stranger == "301"  # who is no proxy of ours cannot say that it came over TLS
