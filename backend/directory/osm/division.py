"""Mark imported services with the division they belong to."""

from dataclasses import replace

from backend.community.models import Division
from backend.core.errors import FieldError, Invalid
from backend.directory.places import Place


def within_division(places: list[Place], code: str | None) -> list[Place]:
    """Return the places, marked with the community of this code if it is one. Raises Invalid for an unknown code."""
    if not code:
        return places
    division = Division.objects.filter(code=code).first()
    if division is None:
        raise Invalid(
            FieldError("/division", "division-unknown", f"there is no division {code}", f"没有代码为 {code} 的区划")
        )
    if division.kind != Division.Kind.COMMUNITY:
        return places
    return [replace(place, community_id=division.id) for place in places]
