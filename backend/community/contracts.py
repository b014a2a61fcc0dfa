"""Who serves a compound on a day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet

from backend.community.models import Company, Compound, ServiceContract


def in_force(on: date) -> QuerySet[ServiceContract]:
    """The contracts in force on a day."""
    return ServiceContract.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on), valid_from__lte=on)


def company_for(compound: Compound, on: date) -> Company | None:
    """The company whose contract is in force, else the subdistrict's emergency property service, else None."""
    contract = in_force(on).filter(compound=compound).select_related("company").first()
    if contract is not None:
        return contract.company
    return Company.objects.filter(kind=Company.Kind.EMERGENCY_PROPERTY, division=compound.community.parent).first()


def compounds_of(companies: Iterable[UUID], on: date) -> frozenset[UUID]:
    """The compounds that these companies serve on a day, standing in for missing contracts included."""
    ids = set(companies)
    if not ids:
        return frozenset()
    served = in_force(on).filter(company__in=ids).values_list("compound_id", flat=True)
    stand_ins = Company.objects.filter(id__in=ids, kind=Company.Kind.EMERGENCY_PROPERTY).values_list(
        "division_id", flat=True
    )
    unserved = Compound.objects.filter(community__parent__in=list(stand_ins)).exclude(contracts__in=in_force(on))
    return frozenset(served) | frozenset(unserved.values_list("id", flat=True))
