"""What others see of a name or an identity number: enough to recognise somebody known, not to learn who it is."""

from __future__ import annotations


def name(full: str) -> str:
    """`王**`: the first character and two stars; a dash and an empty name stay."""
    return f"{full[0]}**" if len(full) > 1 else full


def identity(number: str) -> str:
    """`110***********1234`."""
    return f"{number[:3]}***********{number[-4:]}" if number else ""
