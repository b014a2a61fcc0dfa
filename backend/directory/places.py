"""A service at a place as a source tells it, before it is kept."""

from dataclasses import dataclass
from uuid import UUID

from backend.directory.hours import Hours


@dataclass(frozen=True)
class Place:
    """One service at one place. `external_id` is stable in its source (`node/1`); degrees are WGS-84; `category` is a term's code.

    What is None is not told by the source and left as it is kept: certified, rating (sum and count of 1–5), texts, community.
    """

    external_id: str
    category: str
    lon: float
    lat: float
    name: str = ""
    name_en: str = ""
    operator: str = ""
    phone: str = ""
    url: str = ""
    address: str = ""
    address_en: str | None = None
    postal_code: str = ""
    accessibility: str = ""
    hours_text: str = ""
    hours: Hours | None = None
    description: str | None = None
    description_en: str | None = None
    is_certified: bool | None = None
    rating_sum: int | None = None
    rating_count: int | None = None
    community_id: UUID | None = None
