"""The field catalogue: every column of every table is declared plain or personal, and what is personal says why and how long.

Each room declares its tables in its `privacy.py`. A column without an entry is an error of Django's system check `yike.privacy`,
which stops `python -m backend`: personal data cannot come into the house unnoticed. Export, erasure and the report read this.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.core import checks
from django.db import models
from django.utils.module_loading import autodiscover_modules

from backend.core.catalogue_words import BASES, HOWS, LAWS, PURPOSES, RETENTIONS, Kind

ROOMS = frozenset(
    {
        "bulletins",
        "community",
        "core",
        "directory",
        "emergency",
        "insight",
        "notifications",
        "payments",
        "people",
        "tickets",
        "web",
    }
)


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
