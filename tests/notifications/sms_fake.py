"""An SMS provider for tests: accepts, or refuses the first times."""

from __future__ import annotations

from notifications.channels import Letter, NotNow


class FakeSms:
    """`taken` holds (phone, text); `refuses` how many sends fail first."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, str]] = []
        self.refuses = 0

    def send(self, letter: Letter) -> str:
        if self.refuses:
            self.refuses -= 1
            raise NotNow("provider-busy")
        self.taken.append((letter.to, letter.text))
        return f"sms-{len(self.taken)}"
