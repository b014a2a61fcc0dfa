"""What must be true before a process serves anybody."""

from __future__ import annotations

from django.db import connection


class TooPowerful(SystemExit):
    """The database role of this process could walk through the row walls."""


def refuse_powerful_role() -> None:
    """End the process unless its database role is plain: no superuser, no BYPASSRLS, not the owner of the walled tables."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user, rolsuper, rolbypassrls, "
            "EXISTS (SELECT 1 FROM pg_class c WHERE c.relrowsecurity AND pg_has_role(current_user, c.relowner, 'MEMBER')) "
            "FROM pg_roles WHERE rolname = current_user"
        )
        name, is_super, bypasses, owns = cursor.fetchone() or ("?", True, True, True)
    faults = [text for fault, text in ((is_super, "is a superuser"), (bypasses, "has BYPASSRLS")) if fault]
    faults += ["owns the tables"] if owns and not is_super else []
    if faults:
        raise TooPowerful(
            f"The database role {name} {' and '.join(faults)}: the row walls would not hold. Give this process the role "
            "yike_app (web, sockets) or yike_system (worker, receivers); `python -m backend create-roles` makes them."
        )
