"""What people are asked to agree to: a table in code. A purpose has a version that changes with its words."""

from __future__ import annotations

from dataclasses import dataclass

HEALTH, IDENTITY, LOCATION, CONTACTS, NOTICES, ACCOUNT = (
    "health",
    "identity",
    "location",
    "emergency_contacts",
    "notices",
    "account",
)


@dataclass(frozen=True)
class Purpose:
    """What is asked. `is_required`: there is no account without it. `is_sensitive`: asked apart from everything else (PIPL 29)."""

    code: str
    version: str
    title_zh: str
    title_en: str
    text_zh: str
    text_en: str
    is_sensitive: bool = False
    is_required: bool = False

    def title(self, language: str) -> str:
        return self.title_zh if language.startswith("zh") else self.title_en

    def text(self, language: str) -> str:
        return self.text_zh if language.startswith("zh") else self.text_en


PURPOSES: dict[str, Purpose] = {
    purpose.code: purpose
    for purpose in (
        Purpose(
            ACCOUNT, "2026-11", "服务条款", "Terms of service",
            "我们保存您的手机号、姓名和住所，用于登录、报修、缴费和求助。",
            "We keep your phone, name and home, for login, reports, payments and calls for help.",
            is_required=True,
        ),
        Purpose(
            HEALTH, "2026-11", "照护信息", "Care notes",
            "健康情况属于敏感信息。您写下的照护信息，只有社区工作人员和值班员在说明理由后可以查看。撤回后立即销毁。",
            "Health is sensitive. Only community workers and dispatchers may read your care notes, and only with a reason. "
            "They are destroyed when you withdraw.",
            is_sensitive=True,
        ),
        Purpose(
            IDENTITY, "2026-11", "身份证号码", "Identity number",
            "身份证号码属于敏感信息，仅用于在服务站核实您本人。撤回后立即销毁。",
            "Your identity number is sensitive. It only serves to recognise you at the desk. It is destroyed when you withdraw.",
            is_sensitive=True,
        ),
        Purpose(
            LOCATION, "2026-11", "求助时的位置", "Position of an alarm",
            "求助时附上手机的位置，方便救援找到您。不同意时，求助照常发出，只使用登记的住所。",
            "An alarm carries your phone's position, so that help finds you. Without it the alarm still goes out, with your "
            "registered home only.",
            is_sensitive=True,
        ),
        Purpose(
            CONTACTS, "2026-11", "紧急联系人", "Emergency contacts",
            "您填写的联系人，在您求助时会收到短信。请先征得他们同意。撤回后删除。",
            "The contacts you name are texted when you call for help. Ask them first. They are deleted when you withdraw.",
        ),
        Purpose(
            NOTICES, "2026-11", "社区通知推送", "Neighbourhood notices",
            "停水停电等社区通知推送到手机。我们从不推送广告。不同意时，通知仍在消息页中。",
            "Outages and notices of your neighbourhood are pushed to your phone; never advertising. Without it they stay in "
            "the inbox.",
        ),
    )
}  # fmt: skip
