"""The field catalogue: every column of every table is declared plain or personal, and what is personal says why and how long.

Each room declares its tables in its `privacy.py`. A column without an entry is an error of Django's system check `yike.privacy`,
which stops `python -m backend`: personal data cannot come into the house unnoticed. Export, erasure and the report read this.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.apps import apps
from django.core import checks
from django.db import models
from django.utils.module_loading import autodiscover_modules

ROOMS = frozenset(
    {
        "bulletins",
        "community",
        "core",
        "directory",
        "emergency",
        "notifications",
        "payments",
        "people",
        "tickets",
        "web",
    }
)


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
# Columns that every row or due row has: they say nothing about a person.
ALWAYS_PLAIN = frozenset({"id", "created_at", "at", "due_at", "lease", "attempts", "last_error"})


@dataclass(frozen=True)
class Personal:
    """A personal column. `how` it is erased: see HOWS; for `kept`, `law` names an entry of LAWS."""

    name: str
    kind: Kind
    purpose: str
    basis: str
    retention: str
    how: str
    law: str = ""


@dataclass(frozen=True)
class Seal:
    """How a sealed column is opened: its vault context, and the column that names the owner of the key."""

    context: str
    owner: str


@dataclass(frozen=True)
class Entry:
    """What is declared about one table. `seals`: its sealed columns that can be opened for their person."""

    label: str
    plain: frozenset[str] = frozenset()
    personal: tuple[Personal, ...] = ()
    seals: dict[str, Seal] = field(default_factory=dict)
    is_foreign: bool = False

    def of(self, name: str) -> Personal | None:
        return next((entry for entry in self.personal if entry.name == name), None)


_entries: dict[str, Entry] = {}


def declare(
    label: str, personal: str = "", *, plain: str = "", seals: dict[str, tuple[str, str]] | None = None
) -> Entry:
    """Declare a table (`people.User`).

    `personal`: a line for each column: name, kind, purpose, basis, retention, how it is erased (`kept:accounting`). `plain`: the
    columns that say nothing about a person. `seals`: sealed column → (vault context, column of the key's owner). Raises ValueError.
    """
    lines = [line.split() for line in personal.strip().splitlines() if line.strip()]
    made = Entry(
        label,
        frozenset(plain.split()),
        tuple(_line(label, words) for words in lines),
        {name: Seal(*how) for name, how in (seals or {}).items()},
    )
    return _add(made)


def foreign(label: str, personal: str = "") -> Entry:
    """Declare a table of Django or another package; columns that are not listed are plain."""
    lines = [line.split() for line in personal.strip().splitlines() if line.strip()]
    return _add(Entry(label, personal=tuple(_line(label, words) for words in lines), is_foreign=True))


def _add(made: Entry) -> Entry:
    if made.label in _entries:
        raise ValueError(f"{made.label} is declared twice")
    _entries[made.label] = made
    return made


def _line(label: str, words: list[str]) -> Personal:
    if len(words) != 6:
        raise ValueError(f"{label}: name, kind, purpose, basis, retention, erased: {' '.join(words)}")
    name, kind, purpose, basis, retention, erased = words
    how, _, law = erased.partition(":")
    known = ((purpose, PURPOSES), (basis, BASES), (retention, RETENTIONS), (how, HOWS))
    if unknown := [word for word, words_known in known if word not in words_known]:
        raise ValueError(f"{label}.{name}: unknown {', '.join(unknown)}")
    if (how == "kept") != (law in LAWS):
        raise ValueError(f"{label}.{name}: kept needs one of {', '.join(LAWS)}, nothing else takes a law")
    return Personal(name, Kind(kind), purpose, basis, retention, how, law)


def entries() -> dict[str, Entry]:
    """Every declared table by its label."""
    return dict(sorted(_entries.items()))


def entry_of(model: type[models.Model]) -> Entry:
    """What is declared about a model. Raises KeyError."""
    return _entries[model._meta.label]


def load() -> None:
    """Import every installed room's `privacy.py` (called once, when all tables are known) and watch over the result."""
    autodiscover_modules("privacy")
    checks.register(complete, "yike.privacy")


def refuse_gaps() -> None:
    """Stop a process that would keep personal data nobody has declared. Raises SystemExit with every gap."""
    if faults := complete():
        raise SystemExit("\n".join(fault.msg for fault in faults))


def columns(model: type[models.Model]) -> set[str]:
    """The names of a model's columns; a foreign key is called `reporter`, not `reporter_id`."""
    return {f.name for f in model._meta.concrete_fields if not isinstance(f, models.CompositePrimaryKey)}


def complete(app_configs: Any = None, **options: Any) -> list[checks.CheckMessage]:
    """One error for each column without an entry, each entry without a column, each sealed column that nobody could open."""
    found: list[checks.CheckMessage] = []
    known = {model._meta.label: model for model in apps.get_models(include_auto_created=True)}
    for label, model in sorted(known.items()):
        entry = _entries.get(label)
        room = model._meta.app_label
        where = "its room's privacy.py" if room in ROOMS else "backend/people/privacy.py, as foreign"
        if entry is None:
            found.append(checks.Error(f"{label} is not in the field catalogue: declare it in {where}", id="yike.E001"))
            continue
        declared = [*entry.plain, *(p.name for p in entry.personal)]
        missing = set() if entry.is_foreign else columns(model) - set(declared) - ALWAYS_PLAIN
        twice = {name for name in declared if declared.count(name) > 1}
        unsealed = {p.name for p in entry.personal if p.how == "key"} ^ set(entry.seals)
        faults = [
            (missing, "has no entry in the field catalogue"),
            (set(declared) - columns(model), "is in the field catalogue, but not in the table"),
            (twice, "is declared both plain and personal"),
            (unsealed, "is erased by key and has no seal, or the reverse"),
        ]
        for names, fault in faults:
            found += [checks.Error(f"{label}.{name} {fault} ({where})", id="yike.E002") for name in sorted(names)]
        found += _without_rule(label, model, entry)
    # A package that is not installed here may be declared; a table of ours may not.
    gone = {label for label, entry in _entries.items() if not entry.is_foreign} - known.keys()
    found += [
        checks.Error(f"{label} is declared, but there is no such table", id="yike.E003") for label in sorted(gone)
    ]
    return found


def _without_rule(label: str, model: type[models.Model], entry: Entry) -> list[checks.CheckMessage]:
    from backend.core import retention

    ruled = any(p.retention == "rule" for p in entry.personal)
    if not ruled or model in retention.ruled():
        return []
    return [checks.Error(f"{label} says `rule`, but no retention rule is registered for it", id="yike.E004")]
