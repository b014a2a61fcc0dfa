"""What is too large is refused by its length alone, before anything of it is read."""

from __future__ import annotations

import pytest
from django.test import Client

from api.uploads import ENVELOPE, ORDINARY, PICTURE, most
from tests.cast import Cast, Http

pytestmark = pytest.mark.django_db


class Untouched:
    """A body that must not be read."""

    def read(self, *args: object) -> bytes:
        raise AssertionError("it was read")


@pytest.mark.parametrize(
    ("path", "limit"),
    [
        ("/api/v1/me", ORDINARY),
        ("/api/v1/emergency/signals", ORDINARY),
        ("/api/v1/auth/codes", ORDINARY),
        ("/desk/duty", ORDINARY),
        ("/login", ORDINARY),
        ("/api/v1/photos", PICTURE + ENVELOPE),
        ("/api/v1/me/homes/01a20000-0000-7000-8000-000000000001/evidence", PICTURE + ENVELOPE),
        ("/app/tickets/new", 3 * PICTURE + ENVELOPE),
    ],
)
def test_each_address_takes_what_it_needs(path: str, limit: int) -> None:
    assert most(path) == limit
    answer = Client().generic("POST", path, content_type="application/json", CONTENT_LENGTH=str(limit + 1))
    assert answer.status_code == 413
    if path.startswith("/api/"):
        assert answer.json()["code"] == "too-large"


@pytest.mark.parametrize("length", ["-1", "many", "1e9", "9" * 40, "１２"])
def test_a_length_that_is_none_is_refused(length: str) -> None:
    answer = Client().generic("POST", "/api/v1/me", content_type="application/json", CONTENT_LENGTH=length)
    assert answer.status_code in {400, 413}


def test_many_files_or_fields_are_refused(cast: Cast) -> None:
    boundary = b"--x\r\n"
    part = b'Content-Disposition: form-data; name="f%d"; filename="a.jpg"\r\nContent-Type: image/jpeg\r\n\r\nx\r\n'
    body = b"".join(boundary + part % n for n in range(30)) + b"--x--\r\n"
    answer = Http(cast.wang).post("/photos", data=body, content_type="multipart/form-data; boundary=x")
    assert answer.status_code in {400, 422}
    assert Client().post("/login", {f"field{n}": "x" for n in range(300)}).status_code == 400
