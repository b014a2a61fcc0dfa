"""How an operation is called in the matrix."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Call:
    """`path` fills the braces, `query` follows the path, `options` go to Django's test client (e.g. `data=` for a form)."""

    path: dict[str, Any] = field(default_factory=dict)
    query: str = ""
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)

    def fill(self, path: str) -> str:
        return path.format(**self.path) + (f"?{self.query}" if self.query else "")
