"""The profile page: what a reader of this API must know beside HSDS 3.1."""

from pathlib import Path

PAGE = (Path(__file__).parent / "profile.html").read_text(encoding="utf-8")
