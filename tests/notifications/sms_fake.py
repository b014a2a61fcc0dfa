"""An SMS provider for tests: accepts, or refuses the first times."""

from __future__ import annotations

from notifications.channels import Letter, NotNow, OneByOne


class FakeSms(OneByOne):
    """`taken` holds (phone, text); `refuses` how many sends fail first."""

    def __init__(self, name: str = "fake") -> None:
        self.name = name
        self.taken: list[tuple[str, str]] = []
        self.ids: list[str] = []
        self.refuses = 0
        self.failure: Exception = NotNow("provider-busy")

    def send_one(self, letter: Letter) -> str:
        if self.refuses:
            self.refuses -= 1
            raise self.failure
        self.taken.append((letter.to, letter.text))
        self.ids.append(str(letter.delivery_id))
        return f"sms-{len(self.taken)}"
