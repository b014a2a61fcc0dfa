"""What changes something works before, and without, any script: a key pressed while a page settles is not lost."""

from __future__ import annotations

import re
from pathlib import Path

TEMPLATES = Path(__file__).parents[2] / "web" / "templates" / "web"
TAG = re.compile(r"<(?:form|button)\b(?:\{%.*?%\}|[^>])*\bhx-post=(?:\{%.*?%\}|[^>])*>")
PLAIN = re.compile(r"\b(?:action|formaction)=")
NEEDS_SCRIPTS = {
    "data-unlock": "lets a page sound",
    "demo-": "the demo's stage",
    'hx-swap="none" data-says': "the demo's stage",
}


def test_every_button_that_posts_has_a_plain_form() -> None:
    posting = [(path.name, tag) for path in TEMPLATES.rglob("*.html") for tag in TAG.findall(path.read_text())]
    assert len(posting) > 10
    bare = [
        (name, tag) for name, tag in posting if not PLAIN.search(tag) and not any(word in tag for word in NEEDS_SCRIPTS)
    ]
    assert bare == []


def test_a_swapped_page_takes_keys_at_once() -> None:
    assert '"defaultSettleDelay": 0' in (TEMPLATES / "base.html").read_text()
