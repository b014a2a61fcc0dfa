"""Every operation of the API with made-up requests, as three people: no 5xx, no undocumented answer, no credential ignored.

Seeded and short here; `make fuzz` tries more. Each request runs on the same state (the things that the matrix's row makes), in
the real stack, behind the row walls, and is rolled back.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.core.failures import FailureGroup
from schemathesis.generation import GenerationMode

from api.app import api
from backend.people.models import RoleGrant
from backend.people.roles import Role
from tests.cast import Cast, Member, as_app
from tests.permissions.call import Call
from tests.permissions.test_matrix import CALLS

pytestmark = pytest.mark.django_db
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "0"))
SEED = int(os.environ.get("FUZZ_SEED", "1"))

NOT_CHECKED = {
    "positive_data_acceptance": "places, steps and times have rules that no schema tells: well-formed may still be wrong",
    "max_response_time": "measured in `make bench`, not beside other tests",
    "ensure_resource_availability": "needs links between operations; the journeys test it",
    "use_after_free": "needs links between operations; the journeys test it",
    "object_level_authorization": "the matrix tests every operation for every actor",
}
NOT_REFUSED = {
    "POST /emergency/alarms": "a call for help is taken as it comes: what makes no sense in it is left out",
    "POST /emergency/signals": "the body is a device's, kept before it is understood; its signature decides",
}
"""Operations to which a body that breaks the schema is no reason to refuse."""
NOT_SET_UP = {
    "POST /webhooks/stripe": "503 `payments-unconfigured`: the tests' server has no account at the provider",
    "POST /payments": "503 `payments-unconfigured`",
}
"""Operations that may answer 503 here; any other 5xx of theirs is told all the same."""

load_all_checks()


def closing(application: Any) -> Any:
    """A server closes an answer once it is sent; the client here does not."""

    def serve(environ: Any, start_response: Any) -> list[bytes]:
        answer = application(environ, start_response)
        try:
            return [b"".join(answer)]
        finally:
            answer.close()

    return serve


@pytest.fixture(scope="module")
def contract() -> Iterator[Any]:
    """The document as it is served, over the WSGI application, which leaves the tests' connection open."""
    schema = schemathesis.openapi.from_dict(api.get_openapi_schema())
    schema.app = closing(get_wsgi_application())
    schema.config.base_url = "http://localhost"
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield schema
    for signal in signals:
        signal.connect(close_old_connections)


def both(cast: Cast) -> Member:
    """A dispatcher who administers too: nearly everything is open to them."""
    RoleGrant.objects.create(
        user=cast.dispatcher.user, role=Role.ADMIN, scope_kind="district", scope_id=cast.district.id
    )
    return cast.dispatcher


WHO: dict[str, Callable[[Cast], Member]] = {
    "resident": lambda cast: cast.wang,
    "manager": lambda cast: cast.manager,
    "dispatcher and admin": both,
}


@contextmanager
def undone() -> Iterator[None]:
    trial = transaction.atomic()
    trial._from_testcase = True  # type: ignore[attr-defined]  # durable verbs may run inside
    with trial:
        yield
        transaction.set_rollback(True)


def name_of(operation: Any) -> str:
    return f"{operation.method.upper()} {operation.path.removeprefix('/api/v1')}"


def checks_of(name: str, mode: GenerationMode) -> list[Any]:
    off = set(NOT_CHECKED)
    if mode is GenerationMode.POSITIVE or name in NOT_REFUSED:
        off.add("negative_data_rejection")
    if name in NOT_SET_UP:
        off.add("not_a_server_error")
    return [check for check in CHECKS.get_all() if check.__name__ not in off]


def told(name: str, case: Any, status: int, wrong: Any) -> str:
    sent = f"{case.query!r:.120} {case.body!r:.160}"
    return f"{name} {status}: {type(wrong).__name__}: {wrong.title}: {wrong.message[:300]} | {sent}"


def attempt(operation: Any, cast: Cast, member: Member, mode: GenerationMode, most: int) -> list[str]:
    """What is wrong with the answers of one operation, a line each."""
    name, found = name_of(operation), []
    call = CALLS[name](cast) if name in CALLS else Call()
    path = {key: str(value) for key, value in call.path.items()}
    headers = {"Authorization": f"Bearer {member.token()}"}
    strategy = operation.as_strategy(generation_mode=mode)

    @seed(SEED)
    @settings(
        max_examples=most,
        derandomize=False,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        verbosity=Verbosity.quiet,
    )
    @given(case=strategy)
    def run(case: Any) -> None:
        if mode is GenerationMode.POSITIVE:
            case.path_parameters = {**(case.path_parameters or {}), **path}
        with undone(), as_app():
            answer = case.call(headers=headers)
            if answer.status_code >= 500 and answer.status_code != 503:
                found.append(f"{name} {answer.status_code}: {case.query!r:.120} {case.body!r:.160}")
            try:
                case.validate_response(answer, checks=checks_of(name, mode), headers=headers)
            except FailureGroup as wrong:
                found.extend(told(name, case, answer.status_code, one) for one in wrong.exceptions)

    try:
        run()
    except Unsatisfiable:  # nothing can be broken, or nothing may be sent at all
        pass
    except Exception as error:
        found.append(f"{name}: {type(error).__name__}: {str(error)[:300]}")
    return found


def modes(who: str) -> list[GenerationMode]:
    """Well-formed requests as everybody; ill-formed ones, when there is little time, as who is not turned away before."""
    with_wrong = EXAMPLES or who == "dispatcher and admin"
    return [GenerationMode.POSITIVE, *([GenerationMode.NEGATIVE] if with_wrong else [])]


@pytest.mark.parametrize("who", WHO)
def test_made_up_requests_meet_only_documented_answers(cast: Cast, contract: Any, who: str) -> None:
    member = WHO[who](cast)
    _ = member.session
    wrong: list[str] = []
    for result in contract.get_all_operations():
        operation = result.ok()
        for mode in modes(who):
            with undone():
                wrong += attempt(operation, cast, member, mode, EXAMPLES or 1)
    if report := os.environ.get("FUZZ_REPORT"):
        Path(report).write_text("\n".join(sorted(set(wrong))))
    assert sorted(set(wrong)) == []
