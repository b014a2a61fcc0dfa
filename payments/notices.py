"""What this room tells people."""

from datetime import timedelta

from notifications.templates import register_templates
from notifications.topics import Severity, Topic, register_topics

KINDS = {
    "water": ("水费", "Water"),
    "electricity": ("电费", "Electricity"),
    "gas": ("燃气费", "Gas"),
    "heating": ("供暖费", "Heating"),
    "property": ("物业费", "Property fee"),
    "parking": ("停车费", "Parking"),
}

TEMPLATES = {
    "bill.issued": {
        "zh": "您有新的{kind}账单：{amount} 元，请于 {due_on} 前支付。",
        "en": "New {kind_en} bill: {amount} yuan, due on {due_on}.",
        "zh-plain": "{kind} {amount} 元，{due_on} 前交。",
        "en-plain": "{kind_en}: {amount} yuan, pay before {due_on}.",
    },
    "payment.received": {
        "zh": "已收到您支付给{payee}的 {amount} 元，收据已生成。",
        "en": "Your payment of {amount} yuan to {payee_en} has arrived; the receipt is ready.",
    },
    "payment.failed": {
        "zh": "您支付给{payee}的 {amount} 元未成功，未扣款，请重新支付。",
        "en": "Your payment of {amount} yuan to {payee_en} did not go through; nothing was charged. Please try again.",
        "zh-plain": "{amount} 元没有交成，也没有扣钱，请再交一次。",
        "en-plain": "{amount} yuan were not paid and nothing was taken. Please pay again.",
    },
    "payment.refunded": {
        "zh": "{payee}已向您退款 {amount} 元。",
        "en": "{payee_en} has refunded {amount} yuan to you.",
    },
}


def register() -> None:
    """Register the templates (from AppConfig.ready)."""
    register_templates(TEMPLATES)
    register_topics({"payment.failed": Topic(Severity.IMPORTANT, expires=timedelta(days=2))})
