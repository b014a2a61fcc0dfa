"""A body that is too large never gets as far as Django, declared or not."""

import asyncio
import json

import pytest

from api.bounded import Bounded


def answer_to(headers, pieces, limit=1000):
    """What comes back, and how many pieces of the body were taken."""
    sent, taken = [], 0

    async def application(scope, receive, send):
        while (await receive())["more_body"]:
            pass
        await send({"type": "http.response.start", "status": 204, "headers": []})

    async def receive():
        nonlocal taken
        taken += 1
        return {"type": "http.request", "body": bytes(100), "more_body": taken < pieces}

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/api/v1/photos", "headers": headers, "query_string": b""}
    asyncio.run(Bounded(application, limit)(scope, receive, send))
    return sent, taken


@pytest.mark.parametrize(("headers", "most"), [([(b"content-length", b"1073741824")], 0), ([], 11)])
def test_too_much_is_a_problem_and_the_rest_stays_unread(headers, most):
    sent, taken = answer_to([*headers, (b"accept-language", b"en")], 10_000_000)
    assert sent[0]["status"] == 413
    assert json.loads(sent[1]["body"])["title"] == "What you sent is too large."
    assert taken == most
    named = dict(sent[0]["headers"])[b"x-request-id"].decode()
    assert named == json.loads(sent[1]["body"])["request_id"] != ""


def test_what_fits_goes_through():
    sent, taken = answer_to([(b"content-length", b"1000")], 10)
    assert (sent[0]["status"], taken) == (204, 10)
