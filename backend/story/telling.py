"""How the story looks: scenes and lines, Chinese first, English below."""

from __future__ import annotations

import os
import sys
import time

_IS_PLAIN = not sys.stdout.isatty() or bool(os.environ.get("NO_COLOR"))


def _styled(text: str, code: str) -> str:
    return text if _IS_PLAIN else f"\x1b[{code}m{text}\x1b[0m"


class Teller:
    """Prints; `pause` seconds follow every line, so that a person can read along."""

    def __init__(self, pause: float = 0.0) -> None:
        self.pause = pause
        self.begun = time.monotonic()

    def scene(self, zh: str, en: str) -> None:
        """A heading."""
        print(f"\n{_styled(f'  {zh}', '1')}  {_styled(en, '1;2')}\n", flush=True)
        time.sleep(self.pause)

    def line(self, zh: str, en: str, mark: str = "·") -> None:
        """One thing that happened, with the seconds since the beginning."""
        print(f"{time.monotonic() - self.begun:6.1f}s {mark} {zh}\n         {_styled(en, '2')}", flush=True)
        time.sleep(self.pause)

    def detail(self, *lines: str) -> None:
        """What belongs to the line above: a bill's lines, a timeline."""
        for line in lines:
            print(f"           {line}", flush=True)
        time.sleep(self.pause)
