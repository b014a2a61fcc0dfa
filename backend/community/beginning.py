"""The first row of a fresh installation: the district that everything else lies in."""

from __future__ import annotations

from backend.community.models import Division
from backend.core.errors import Conflict, FieldError, Forbidden, Invalid
from backend.core.verb import Doer, record, verb


class DistrictExists(Conflict):
    """There is a district already."""

    code, zh = "district-exists", "已有行政区"


@verb("district.begun")
def begin_district(actor: Doer, *, code: str, name: str) -> Division:
    """Make the district, once; only the service itself does (a command). Raises Forbidden, Invalid, DistrictExists."""
    if actor.kind != "system":
        raise Forbidden
    if not (code.isdigit() and len(code) == 6 and name.strip()):
        raise Invalid(FieldError("/scope", "district-invalid", "district:SIX DIGITS:NAME", "district:六位代码:名称"))
    if Division.objects.filter(kind=Division.Kind.DISTRICT).exists():
        raise DistrictExists
    made = Division.objects.create(code=code, name=name.strip(), kind=Division.Kind.DISTRICT)
    record("district.begun", about=made)
    return made
