"""Rows of the directory: public, but for the circle of a home."""

from __future__ import annotations

from backend.directory.models import Service, TaxonomyTerm
from tests.cast import Cast
from tests.permissions.call import Call

PUBLIC = {"anonymous": 200, "wang": 200, "outsider": 200}

HOME = {
    "anonymous": 401,
    "wang": 200,
    "tenant": 200,
    "landlord": 200,
    "limited": 401,
    "kiosk": 404,
    "neighbour": 404,
    "outsider": 404,
    "pending": 404,
    "ended_tenant": 404,
    "technician": 404,
    "manager": 200,
    "other_company_manager": 404,
    "ended_company_manager": 404,
    "community_worker": 200,
    "other_community_worker": 404,
    "subdistrict_officer": 200,
    "district_officer": 200,
    "admin": 200,
}

ROWS: dict[str, dict[str, int]] = {
    "GET /circle": HOME,
    "GET /circle/area": HOME,
    "GET /services/{service_id}": PUBLIC,
    "GET /categories": PUBLIC,
    "GET /suggest": PUBLIC,
}


def _service(cast: Cast) -> Call:
    category = TaxonomyTerm.objects.get(code="pharmacy")
    return Call(path={"service_id": Service.objects.create(name="演示药店", category=category).id})


CALLS = {
    "GET /circle": lambda cast: Call(query=f"home_id={cast.home.id}"),
    "GET /circle/area": lambda cast: Call(query=f"home_id={cast.home.id}"),
    "GET /services/{service_id}": _service,
    "GET /suggest": lambda cast: Call(query="q=yaodian"),
}
