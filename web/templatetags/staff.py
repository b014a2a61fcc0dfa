"""Tags of the staff's pages."""

from __future__ import annotations

import json
from typing import Any

from django import template
from django.core.serializers.json import DjangoJSONEncoder

register = template.Library()


@register.filter
def as_json(value: Any) -> str:
    """What a script of the page reads from a data attribute."""
    return json.dumps(value, cls=DjangoJSONEncoder)


@register.filter
def code_pairs(code: str) -> str:
    """A recovery code in two halves, easier to copy by hand: `1234 5678`."""
    middle = len(code) // 2
    return f"{code[:middle]} {code[middle:]}"
