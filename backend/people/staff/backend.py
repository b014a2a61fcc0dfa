"""Django's door for staff: a staff name and a password name a person, and give no right by themselves."""

from __future__ import annotations

import unicodedata
from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest

from backend.core.queries import looking_up
from backend.env import env
from backend.people.models import User


def normalised(staff_name: str) -> str:
    """One spelling of a staff name: without spaces round it, in lower case."""
    return unicodedata.normalize("NFKC", staff_name).strip().lower()


def staff() -> QuerySet[User]:
    """Who may log in as staff: the active with a staff name; the demo's people, whose password is printed, only in a demo."""
    found = User.objects.filter(staff_name__isnull=False, state=User.State.ACTIVE)
    return found if env.demo else found.filter(is_demo=False)


class StaffBackend(BaseBackend):
    """Residents and everybody who is suspended or erased are nobody here."""

    def authenticate(
        self, request: HttpRequest | None, username: str = "", password: str = "", **credentials: Any
    ) -> User | None:
        """The person whose password this is, or None; an unknown name costs the same work as a wrong password."""
        with looking_up("staff login"):
            user = staff().filter(staff_name=normalised(username)).first()
            if user is None or not user.has_usable_password():
                make_password(password)
                return None
            return user if user.check_password(password) else None

    def get_user(self, user_id: Any) -> User | None:
        """The active member of staff with this id, or None."""
        with looking_up("staff login"):
            try:
                return staff().filter(id=user_id).first()
            except ValidationError:
                return None
