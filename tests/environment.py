"""Loaded before Django's settings (`-p tests.environment`): the tests' own home and embedded database, never the demo's."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("YIKE_TEST_HOME") or ROOT / ".yike-test")
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")

os.environ["YIKE_HOME"] = str(SHARED / "homes" / WORKER)
os.environ["YIKE_PROCESS"] = "test"
os.environ["LOG_FORMAT"] = "plain"
for name in ("YIKE_DEMO", "REDIS_URL", "STRIPE_SECRET_KEY", "FCM_CREDENTIALS"):
    os.environ.pop(name, None)

if not os.environ.get("DATABASE_URL"):
    from backend import embedded

    os.environ.update(embedded.ensure(SHARED, durable=False).environment())
