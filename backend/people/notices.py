"""What people are told about homes and acting for others. A name only in a text to a phone, sealed on its way; never an address."""

from notifications.templates import register_templates

TEMPLATES = {
    "home.claimed": {
        "zh": "有人申请登记为您住所的住户，请到「我的住址」查看。",
        "en": "Somebody has claimed to live in your home. See My homes.",
    },
    "home.confirmed": {
        "zh": "您的住址申请已通过，现在可以查看账单和报修。",
        "en": "Your home is confirmed: you can now see its bills and report repairs.",
    },
    "home.rejected": {
        "zh": "您的住址申请未通过，原因请看「我的住址」，也可到社区服务站咨询。",
        "en": "Your claim was not accepted. My homes says why; the community station can help.",
    },
    "home.ended": {
        "zh": "您在一处住所的登记已结束，该住所的内容不再显示。",
        "en": "Your registration at a home has ended; its things are no longer shown to you.",
    },
    "home.over": {
        "zh": "您的一处住所登记已到期。如仍在居住，请重新申请。",
        "en": "Your registration at a home has run out. If you still live there, claim it again.",
    },
    "home.invited": {
        "zh": "有一处住所等您确认入住，请到「我的住址」查看。",
        "en": "A home waits for you to confirm that you live there. See My homes.",
    },
    "home.invitation.text": {
        "zh": "【一刻】房东为您登记了租住信息，至{until}。本人登录一刻，在「我的住址」确认后生效；不是您请忽略。{link}",
        "en": "[Yike] A landlord registered you as a tenant until {until}. Log in to Yike and confirm under My homes; ignore this if it is not you. {link}",
    },
    "home.enrolled.text": {
        "zh": "【一刻】社区服务站为您办理了登记。本人登录一刻，在「我的住址」查看；不是您请忽略。{link}",
        "en": "[Yike] The community station has enrolled you. Log in to Yike and see My homes; ignore this if it is not you. {link}",
    },
    "delegation.given": {
        "zh": "有人授权您代办事务，请到「家人代办」查看。",
        "en": "Somebody lets you act for them. See Family.",
    },
    "delegation.given.text": {
        "zh": "【一刻】有人授权您代办事务，至{until}。登录一刻，在「家人代办」查看；不认识请忽略。{link}",
        "en": "[Yike] Somebody lets you act for them until {until}. Log in to Yike and see Family; ignore this if you know nobody like that. {link}",
    },
    "delegation.begun": {
        "zh": "您授权了他人代办事务，至{until}。不是您本人的意思？请在「家人代办」一键取消，或告诉社区服务站。",
        "en": "Somebody may now act for you until {until}. Not your wish? End it at once under Family, or tell the community station.",
    },
    "delegation.ended": {
        "zh": "一项代办授权已取消，立即生效。",
        "en": "A power to act for somebody has ended, at once.",
    },
    "delegation.ends_soon": {
        "zh": "一项代办授权将于{until}到期，如需继续请重新授权。",
        "en": "A power to act for somebody ends on {until}. Give it again if it is still needed.",
    },
    "delegation.code": {
        "zh": "【一刻】{asker}请求替您：{powers}，至{until}。同意，就把验证码 {code} 告诉对方；不同意，请勿告诉任何人。",
        "en": "[Yike] {asker} asks to do this for you until {until}: {powers}. If you agree, tell them the code {code}; if not, tell nobody.",
    },
}


def register() -> None:
    """Make the texts known to the notices room."""
    register_templates(TEMPLATES)
