"""The payments' sandbox, since a person who is erased has paid something."""

from tests.payments.conftest import deliver, events, sandbox, sandbox_process, stripe_client, tap

__all__ = ["deliver", "events", "sandbox", "sandbox_process", "stripe_client", "tap"]
