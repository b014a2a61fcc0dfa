"""The words of the field catalogue, in Chinese and English: kinds, purposes, legal bases, retention, ways of erasure, laws."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What sort of personal data it is."""

    IDENTITY = "identity"
    CONTACT = "contact"
    LOCATION = "location"
    HEALTH = "health"
    FINANCE = "finance"
    BEHAVIOUR = "behaviour"
    CONTENT = "content"
    CREDENTIAL = "credential"


KINDS = {
    "identity": ("身份", "identity"),
    "contact": ("联系方式", "contact"),
    "location": ("位置", "location"),
    "health": ("健康", "health"),
    "finance": ("财务", "finance"),
    "behaviour": ("行为", "behaviour"),
    "content": ("内容", "content"),
    "credential": ("凭据", "credential"),
}
PURPOSES = {
    "account": ("识别本人、提供账户", "knowing the person, keeping the account"),
    "login": ("登录与账户安全", "login and the account's security"),
    "help": ("紧急求助与救援", "answering calls for help"),
    "care": ("按需照护", "care as the person asked for it"),
    "home": ("确认住所", "confirming the home"),
    "repair": ("报修与处理", "reports and their handling"),
    "billing": ("计费、缴费、记账", "billing, payments and the books"),
    "book": ("预约与评价", "bookings and ratings"),
    "notify": ("通知与送达", "notices and their delivery"),
    "delegate": ("代办授权", "acting for somebody"),
    "staff": ("工作人员的职责", "the duties of staff"),
    "trace": ("责任追溯", "accountability"),
    "rights": ("个人信息权利", "rights over one's data"),
}
BASES = {
    "contract": ("为订立、履行合同所必需（个保法13-2）", "needed for the contract (PIPL 13-2)"),
    "consent": ("本人同意（个保法13-1）", "consent (PIPL 13-1)"),
    "separate": ("单独同意（个保法29）", "separate consent (PIPL 29)"),
    "duty": ("法定职责或义务（个保法13-3）", "statutory duty (PIPL 13-3)"),
    "emergency": ("紧急情况下保护生命健康（个保法13-4）", "protecting life in an emergency (PIPL 13-4)"),
}
RETENTIONS = {
    "account": ("账户存续期间", "while the account lives"),
    "use": ("用毕即清除", "until it was used"),
    "day": ("用毕即清除，至迟一天后", "until it was used, a day after at the latest"),
    "rule": ("按保留规则", "by the retention rule"),
    "law": ("法律规定的期限", "as long as the law asks"),
}


@dataclass(frozen=True)
class Law:
    """Why something outlives the account: what it is, which law, for how many years (0: it names nobody any more)."""

    what_zh: str
    what_en: str
    law: str
    years: int


LAWS = {
    "accounting": Law(
        "账单、缴费、收据与账簿",
        "bills, payments, receipts and the books",
        "《会计法》《会计档案管理办法》 Accounting Law; Measures for Accounting Archives",
        30,
    ),
    "audit": Law(
        "操作日志（只有编号，没有姓名）",
        "audit rows (ids only, no names)",
        "《网络安全法》《个人信息保护法》第五十六条 Cybersecurity Law; PIPL Art. 56",
        3,
    ),
    "consent": Law(
        "您同意或撤回的记录",
        "the record of what you agreed to or withdrew",
        "《个人信息保护法》第十四、五十六条 PIPL Art. 14, 56",
        3,
    ),
    "anonymous": Law(
        "报修、求助的编号与时间（不再与您关联）",
        "numbers and times of reports and calls for help (no longer tied to you)",
        "《个人信息保护法》第四、七十三条（匿名化） PIPL Art. 4, 73 (anonymised)",
        0,
    ),
}
HOWS = {
    "key": ("销毁个人密钥", "the person's key is destroyed"),
    "delete": ("删除该行", "the row is deleted"),
    "null": ("清空该字段", "the field is emptied"),
    "lapse": ("到期自动清除", "lapses by the retention rule"),
    "kept": ("依法保留", "kept by law"),
}
