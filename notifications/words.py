"""The few texts that are this room's own."""

from notifications.templates import register_templates

TEMPLATES = {
    "inbox.digest": {
        "zh": "您有 {count} 条未读消息，方便时请看看。",
        "en": "{count} messages in your inbox wait to be read.",
    }
}


def register() -> None:
    """Called when the app starts."""
    register_templates(TEMPLATES)
