"""Every sentence of the pages, in Chinese and English: key → (中文, English). A missing key is an error, never a blank."""

from web.texts import (
    app,
    bookings,
    bulletins,
    circles,
    common,
    deliveries,
    demo,
    desk,
    family,
    guide,
    home,
    homes,
    intake,
    login,
    people,
    privacy,
    search,
    staff,
    words,
)

TEXTS: dict[str, tuple[str, str]] = {}
for part in (
    circles,
    common,
    home,
    app,
    bookings,
    bulletins,
    deliveries,
    desk,
    demo,
    login,
    staff,
    homes,
    family,
    guide,
    intake,
    people,
    privacy,
    search,
    words,
):
    repeated = TEXTS.keys() & part.TEXTS.keys()
    if repeated:
        raise RuntimeError(f"text keys given twice: {sorted(repeated)}")
    TEXTS |= part.TEXTS


def text(key: str, language: str, **values: object) -> str:
    """The sentence `key` in `language` ("zh…" or anything else for English), with `{names}` filled in; KeyError if unknown."""
    chinese, english = TEXTS[key]
    return (chinese if language.startswith("zh") else english).format(**values)


def word(group: str, code: str, language: str) -> str:
    """The word for a code, e.g. `word("incident.kind", "sos", "zh")`; a code nobody has named yet is shown as it is."""
    key = f"{group}.{code}"
    return text(key, language) if key in TEXTS else str(code).replace("_", " ")
