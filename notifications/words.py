"""The few texts that are this room's own."""

from notifications.templates import register_templates

TEMPLATES = {
    "inbox.digest": {
        "zh": "您有 {count} 条未读消息，方便时请看看。",
        "en": "{count} messages in your inbox wait to be read.",
    },
    "delivery.test": {
        "zh": "【一刻】这是一次渠道测试，收到即正常，无需处理。",
        "en": "[Yike] This is a test of the channel. If you can read it, it works; nothing to do.",
    },
}


def register() -> None:
    """Called when the app starts."""
    register_templates(TEMPLATES)
