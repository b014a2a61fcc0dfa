"""What HSDS 3.1 tells of a service beside what, where and when: phones, contacts, costs, documents, areas, access, identifiers.

A contact is a window or an office, never a person: nothing here is about anybody. Each row hangs on exactly one owner.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from backend.core.rows import Row
from backend.directory.models.catalogue import Location, Organization, Service, ServiceAtLocation


def _one_of(*names: str) -> Q:
    """Exactly one of these foreign keys is set."""
    found = Q()
    for name in names:
        others = {f"{other}__isnull": True for other in names if other != name}
        found |= Q(**{f"{name}__isnull": False}, **others)
    return found


class Contact(Row):
    """An office or a window that answers for an organization or a service."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, null=True, related_name="contacts")
    service = models.ForeignKey(Service, on_delete=models.CASCADE, null=True, related_name="contacts")
    title = models.CharField(max_length=80)
    title_en = models.CharField(max_length=80, blank=True, default="")
    department = models.CharField(max_length=120, blank=True, default="")
    email = models.EmailField(blank=True, default="")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=_one_of("organization", "service"), name="contact_has_one_owner")
        ]


class Phone(Row):
    """A number as it is dialled; `languages` are ISO 639 codes of those who answer."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, null=True, related_name="phones")
    service = models.ForeignKey(Service, on_delete=models.CASCADE, null=True, related_name="phones")
    service_at_location = models.ForeignKey(
        ServiceAtLocation, on_delete=models.CASCADE, null=True, related_name="phones"
    )
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, null=True, related_name="phones")
    number = models.CharField(max_length=40)
    extension = models.PositiveIntegerField(null=True)
    kind = models.CharField(max_length=12, default="voice", help_text="voice, text, fax, text-telephone")
    description = models.CharField(max_length=120, blank=True, default="")
    description_en = models.CharField(max_length=120, blank=True, default="")
    languages = ArrayField(models.CharField(max_length=8), default=list, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=_one_of("organization", "service", "service_at_location", "contact"),
                name="phone_has_one_owner",
            )
        ]


class CostOption(Row):
    """What it costs: `amount` in minor units (fen) of `currency`; null: not a fixed sum, `terms` says how."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="cost_options")
    option = models.CharField(max_length=80, blank=True, default="", help_text="for whom or for what, e.g. 60岁以上")
    option_en = models.CharField(max_length=80, blank=True, default="")
    currency = models.CharField(max_length=3, default="CNY")
    amount = models.PositiveBigIntegerField(null=True)
    terms = models.CharField(max_length=200, blank=True, default="")
    terms_en = models.CharField(max_length=200, blank=True, default="")
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)

    class Meta:
        ordering = ["amount", "id"]


class RequiredDocument(Row):
    """What to bring."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="required_documents")
    document = models.CharField(max_length=200)
    document_en = models.CharField(max_length=200, blank=True, default="")
    uri = models.CharField(max_length=510, blank=True, default="")

    class Meta:
        ordering = ["id"]


class ServiceArea(Row):
    """For whom by place: a division (街乡、社区), or words."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="service_areas")
    division = models.ForeignKey("community.Division", on_delete=models.PROTECT, null=True, related_name="+")
    name = models.CharField(max_length=120, blank=True, default="")
    name_en = models.CharField(max_length=120, blank=True, default="")

    class Meta:
        ordering = ["id"]


class Accessibility(Row):
    """One thing to know before coming with a wheelchair, a cane, poor sight or hearing."""

    location = models.ForeignKey(Location, on_delete=models.CASCADE, related_name="accessibility_notes")
    description = models.CharField(max_length=200)
    description_en = models.CharField(max_length=200, blank=True, default="")
    details = models.CharField(max_length=300, blank=True, default="")
    details_en = models.CharField(max_length=300, blank=True, default="")
    url = models.CharField(max_length=510, blank=True, default="")

    class Meta:
        ordering = ["id"]


class OrganizationIdentifier(Row):
    """A number in a register, e.g. the 统一社会信用代码 (`scheme` CN-USCC), whose check digit was right when it was kept."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="identifiers")
    scheme = models.CharField(max_length=40, default="CN-USCC")
    kind = models.CharField(max_length=80, default="统一社会信用代码")
    identifier = models.CharField(max_length=80)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["scheme", "identifier"], name="one_organization_an_identifier"),
        ]
