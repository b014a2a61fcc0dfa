"""The words in which bulletins reach people. Place, title and times are public; nothing personal is in them."""

from notifications.templates import register_templates

TEMPLATES = {
    "bulletin.outage": {
        "zh": "【{place}】{title}。时间：{when}。{text}",
        "en": "[{place_en}] {title_en}. When: {when_en}. {text_en}",
        "zh-plain": "{title}：{when}。",
        "en-plain": "{title_en}: {when_en}.",
    },
    "bulletin.notice": {"zh": "【{place}】{title}。{text}", "en": "[{place_en}] {title_en}. {text_en}"},
    "bulletin.changed": {
        "zh": "【{place}】更新：{title}。时间：{when}。{text}",
        "en": "[{place_en}] Changed: {title_en}. When: {when_en}. {text_en}",
    },
    "bulletin.ended": {"zh": "【{place}】{title}：已结束，恢复正常。", "en": "[{place_en}] {title_en}: it is over."},
    "bulletin.withdrawn": {"zh": "【{place}】{title}：已取消。", "en": "[{place_en}] {title_en}: it was called off."},
    "bulletin.ticket-over": {
        "zh": "您反映的 {number} 与“{title}”有关，现已恢复。如仍有问题请回复。",
        "en": "Your report {number} was about “{title_en}”, which is over. Tell us if it is not.",
    },
}


def register() -> None:
    """Called when the app starts."""
    register_templates(TEMPLATES)
