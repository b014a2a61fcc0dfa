"""Invite a member of staff and print the one-time link, good for 48 hours.

The first administrator of a fresh installation, which has no district yet:
invite-staff --name 张三 --staff-name zhangsan --role admin --scope district:110105:朝阳区
"""

import argparse
import sys
from uuid import UUID

from backend.community.beginning import begin_district
from backend.community.models import Company, Compound, Division
from backend.core.errors import Invalid, Refusal
from backend.people.actor import Actor
from backend.people.roles import Role
from backend.people.staff.invitations import invite

SYSTEM = Actor.system("invite-staff")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--phone", default="", help="the person's phone; they must log in with it before using the link"
    )
    parser.add_argument("--name", default="", help="a new person's name, for somebody without a phone here")
    parser.add_argument("--staff-name", required=True, help="what they type at the staff login")
    parser.add_argument("--role", required=True, choices=[role.value for role in Role if role is not Role.RESIDENT])
    parser.add_argument(
        "--scope",
        required=True,
        help="district, or KIND:CODE, e.g. subdistrict:110105022, company:<id>; district:CODE:NAME makes the first one",
    )


def run(args: argparse.Namespace) -> int:
    kind, _, code = args.scope.partition(":")
    try:
        if kind == "district" and ":" in code:
            number, _, name = code.partition(":")
            code = begin_district(SYSTEM, code=number, name=name).code
        scope = scope_of(kind, code)
        if scope is None:
            print(f"no such scope: {args.scope} (a fresh installation: district:CODE:NAME)", file=sys.stderr)
            return 1
        made = invite(
            SYSTEM,
            staff_name=args.staff_name,
            role=Role(args.role),
            scope_kind=kind,
            scope_id=scope,
            phone=args.phone,
            name=args.name,
        )
    except Refusal as refusal:
        print(words(refusal), file=sys.stderr)
        return 1
    print(made.link)
    return 0


def words(refusal: Refusal) -> str:
    """The refusal in English, wrong fields named."""
    if isinstance(refusal, Invalid):
        return "; ".join(f"{error.pointer.lstrip('/')}: {error.detail}" for error in refusal.errors)
    return refusal.text("en")


def scope_of(kind: str, code: str) -> UUID | None:
    """The id of a division by its code (the only one of its kind without a code), of a company or compound by its id."""
    if kind in {"company", "compound"}:
        try:
            wanted = UUID(code)
        except ValueError:
            return None
        rows = Company.objects.filter(id=wanted) if kind == "company" else Compound.objects.filter(id=wanted)
        return rows.values_list("id", flat=True).first()
    divisions = list(Division.objects.filter(kind=kind, **({"code": code} if code else {}))[:2])
    return divisions[0].id if len(divisions) == 1 else None
