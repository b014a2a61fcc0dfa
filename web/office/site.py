"""`/office/`: what is in the tables, for `office:read` with a second factor. It changes nothing: only verbs do.

Lists show ids, states, dates; sealed and free text is never shown. Every page runs in `reading(actor)`, so the row walls hold here
too.
"""

from __future__ import annotations

from functools import wraps
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.db import models
from django.http import Http404, HttpRequest
from django.urls import reverse

from backend.core.queries import looking_up, reading
from backend.people.models import User
from backend.people.roles import Can
from web import session
from web.pages import ask_login
from web.templatetags.yike import lang

ROOMS = (
    "core", "people", "community", "directory", "emergency", "tickets", "payments", "notifications", "bulletins", "mfa",
)  # fmt: skip
SHOWN = (
    models.UUIDField,
    models.DateTimeField,
    models.DateField,
    models.BooleanField,
    models.IntegerField,
    models.AutoField,
    models.DecimalField,
    models.ForeignKey,
)
"""Kinds of columns that say nothing of a person by themselves."""
SECRET = frozenset({"hash", "mac", "secret", "token", "password", "sealed", "blind", "key"})
NAMED = frozenset(
    {"code", "kind", "state", "role", "scope_kind", "event", "purpose", "relation", "topic", "channel", "priority"}
)
"""Short texts that hold codes of ours."""
PUBLIC = frozenset({"community", "directory"})
"""Rooms whose names of places are public."""


def columns(model: type[models.Model]) -> list[str]:
    """The columns of a model that the office shows, by their names in the row, its key first."""
    shown = [field for field in model._meta.concrete_fields if _is_shown(field)]
    return [field.attname for field in sorted(shown, key=lambda field: not field.primary_key)]


def _is_shown(field: Any) -> bool:
    if set(field.attname.split("_")) & SECRET:
        return False
    if isinstance(field, models.CharField | models.TextField):
        if field.model._meta.app_label in PUBLIC and field.attname in {"name", "name_en"}:
            return True
        return bool(field.choices) or field.attname in NAMED
    return isinstance(field, SHOWN)


class Rows(admin.ModelAdmin):  # type: ignore[type-arg]  # generic for the type checker only
    """A table to look at."""

    actions = None
    list_per_page = 50
    show_full_result_count = False
    list_select_related = False

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return columns(self.model)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return columns(self.model)

    def get_list_display(self, request: HttpRequest) -> Any:
        return columns(self.model)[:8]

    def get_list_filter(self, request: HttpRequest) -> Any:
        """By the columns that hold one of a few codes."""
        return [f.name for f in self.model._meta.concrete_fields if f.choices and not f.is_relation and _is_shown(f)]

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        """Only what the list shows can be asked for, whole: a filter on a hidden column would tell it letter by letter."""
        name, *how = lookup.split("__")
        shown = [field for field in self.model._meta.concrete_fields if _is_shown(field)]
        return any(name in (field.name, field.attname) for field in shown) and how in ([], ["exact"], ["isnull"])

    def get_search_fields(self, request: HttpRequest) -> Any:
        return ()

    def get_sortable_by(self, request: HttpRequest) -> Any:
        return columns(self.model)

    def get_ordering(self, request: HttpRequest) -> Any:
        return [f"-{self.model._meta.pk.name}"]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(self.admin_site.has_permission(request))

    has_module_permission = has_view_permission

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    has_change_permission = has_delete_permission = has_add_permission

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        """What was done is in the audit, not here."""
        raise Http404


class Office(admin.AdminSite):
    """Django's admin behind our login; its own login, logout and password pages do not exist."""

    site_header = site_title = "一刻 Yike"
    index_title = "后台 Back office"
    enable_nav_sidebar = False
    final_catch_all_view = False

    def has_permission(self, request: HttpRequest) -> bool:
        """`office:read` needs a login with a second factor; Django's is_staff is not asked."""
        return session.actor_of(request).may(Can.OFFICE_READ)

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        @wraps(view)
        def run(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            actor = session.actor_of(request)
            if actor.kind != "person" or actor.state != "active":
                return ask_login(request)
            if not self.has_permission(request):
                raise Http404
            with looking_up("office"):
                request.user = User.objects.get(id=actor.must_be_known())
            with reading(actor):
                response = view(request, *args, **kwargs)
                return response.render() if hasattr(response, "render") else response

        return run

    def get_urls(self) -> list[Any]:
        """Only to look: no login, logout, password, shortcuts or history."""
        closed = {"login", "logout", "password_change", "password_change_done", "autocomplete", "view_on_site"}
        return [one for one in super().get_urls() if getattr(one, "name", None) not in closed]

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        return super().each_context(request) | {"site_url": reverse("web:home"), "lang": lang()}


office = Office(name="office")

for room in ROOMS:
    for model in apps.get_app_config(room).get_models():
        if not isinstance(model._meta.pk, models.CompositePrimaryKey | models.BinaryField):
            office.register(model, Rows)
