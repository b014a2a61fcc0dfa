"""A period of two columns, for exclusion constraints."""

from __future__ import annotations

from django.contrib.postgres.fields import DateTimeRangeField
from django.db.models import Func


class TsTzRange(Func):
    """`tstzrange(start, end, '[)')`"""

    function = "TSTZRANGE"
    output_field = DateTimeRangeField()
