"""Photos over HTTP: what is refused, who may look, when they die."""

import io
from datetime import timedelta
from uuid import UUID

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from api.routers.photos import MAX_BYTES
from backend.core.clock import moved
from backend.tickets.models import Photo
from backend.tickets.purge import purge_unattached, sweep_strays
from tests.cast import as_app
from tests.tickets.drawn import drawn, seen, tagged
from tests.tickets.making import STREET, make_ticket


def upload(client, file=None, **headers):
    return client.post("/photos", data={"file": file or drawn()}, headers=headers)


def test_a_photo_comes_back_upright_without_a_place(cast, client_for):
    wang = client_for(cast.wang)
    made = upload(wang, tagged(6))
    assert made.status_code == 201
    picture = seen(wang.get(made.json()["url"]).content)
    assert picture.size == (300, 400)
    assert dict(picture.getexif()) == {}
    assert max(seen(wang.get(made.json()["thumb_url"]).content).size) == 320


def test_a_heic_of_a_phone_is_taken(cast, client_for):
    assert upload(client_for(cast.wang), tagged(kind="HEIF")).status_code == 201


@pytest.mark.parametrize("content", [b"hello", b"\xff\xd8\xff\xe0 broken", drawn(900, 900).getvalue()[:3000]])
def test_a_broken_picture_is_a_clear_problem(cast, client_for, content):
    refused = upload(client_for(cast.wang), io.BytesIO(content))
    assert (refused.status_code, refused.json()["code"]) == (422, "photo-broken")
    assert not Photo.objects.exists()


def test_a_bomb_is_a_clear_problem(cast, client_for):
    refused = upload(client_for(cast.wang), drawn(9_000, 9_000, "PNG", mode="1"))
    assert (refused.status_code, refused.json()["code"]) == (422, "photo-too-many-pixels")


def test_no_picture_at_all_is_a_clear_problem(cast, client_for):
    wang = client_for(cast.wang)
    assert wang.post("/photos", data={"file": "words"}).status_code == 422
    assert wang.post("/photos", {"file": "json"}).status_code == 422
    broken = wang.post("/photos", data=b"--x\r\nbroken", content_type="multipart/form-data; boundary=")
    assert broken.status_code == 400


class Endless(io.RawIOBase):
    """A body that never ends; it counts what was read of it."""

    def __init__(self) -> None:
        head = (
            b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'
        )
        self.head, self.taken = io.BytesIO(head), 0

    def read(self, size: int = -1) -> bytes:
        self.taken += size
        return self.head.read(size) or bytes(size)


def send(http, body):
    """Send a body of a declared gigabyte, as a server's own input stream."""
    how = {"wsgi.input": body, "CONTENT_LENGTH": str(1 << 30), "CONTENT_TYPE": "multipart/form-data; boundary=x"}
    headers = {"Authorization": f"Bearer {http.member.token()}"}
    with as_app():
        return http.client.generic("POST", "/api/v1/photos", headers=headers, **how)


def test_a_declared_gigabyte_is_refused_before_a_byte_is_read(cast, client_for):
    body = Endless()
    refused = send(client_for(cast.wang), body)
    assert (refused.status_code, refused.json()["code"]) == (413, "too-large")
    assert body.taken == 0


def test_a_file_is_measured_while_it_comes_in(cast, client_for, monkeypatch):
    monkeypatch.setattr("api.routers.photos.MAX_ENVELOPE", 1 << 40)
    body = Endless()
    refused = send(client_for(cast.wang), body)
    assert (refused.status_code, refused.json()["code"]) == (413, "too-large")
    assert body.taken < 2 * MAX_BYTES


def test_the_same_key_gives_the_same_photo(cast, client_for):
    wang, content = client_for(cast.wang), drawn().getvalue()
    first = upload(wang, io.BytesIO(content), **{"Idempotency-Key": "p1"})
    again = upload(wang, io.BytesIO(content), **{"Idempotency-Key": "p1"})
    other = upload(wang, drawn(50, 50), **{"Idempotency-Key": "p1"})
    assert first.json() == again.json()
    assert other.json()["code"] == "idempotency-key-reused"
    assert Photo.objects.count() == 1


def test_a_refused_photo_leaves_no_files(cast, client_for):
    upload(client_for(cast.wang), **{"Idempotency-Key": "p1"})
    kept = files()
    upload(client_for(cast.wang), drawn(50, 50), **{"Idempotency-Key": "p1"})
    assert files() == kept


def files() -> set[str]:
    found, folders = set(), ["photos"]
    while folders:
        folder = folders.pop()
        inner, names = default_storage.listdir(folder)
        folders += [f"{folder}/{name}" for name in inner]
        found |= {f"{folder}/{name}" for name in names}
    return found


def test_an_unattached_photo_is_its_uploaders_alone(cast, client_for):
    url = upload(client_for(cast.wang)).json()["url"]
    assert client_for(cast.wang).get(url).status_code == 200
    for other in (cast.neighbour, cast.manager, cast.district_officer):
        assert client_for(other).get(url).status_code == 404
    assert client_for(None).get(url).status_code == 401


def test_an_attached_photo_is_seen_by_those_who_see_its_ticket(cast, client_for):
    wang = client_for(cast.wang)
    private, public = upload(wang).json(), upload(wang).json()
    make_ticket(cast, photo_ids=[UUID(private["id"])])
    make_ticket(cast, photo_ids=[UUID(public["id"])], **STREET)
    seen_by = {
        who: [client_for(cast[who]).get(p["url"]).status_code for p in (private, public)] for who in cast.members
    }
    assert seen_by["wang"] == seen_by["manager"] == seen_by["technician"] == seen_by["community_worker"] == [200, 200]
    assert seen_by["neighbour"] == seen_by["outsider"] == seen_by["ended_company_manager"] == [404, 200]


def test_a_photo_is_attached_once_and_only_by_its_uploader(cast, client_for):
    photo = upload(client_for(cast.wang)).json()["id"]
    body = {"category": "home-water", "text": "漏水", "photo_ids": [photo]}
    assert client_for(cast.neighbour).post("/tickets", body).status_code == 422
    assert client_for(cast.wang).post("/tickets", body).status_code == 201
    assert client_for(cast.wang).post("/tickets", body).status_code == 422


def test_what_no_ticket_took_dies_after_a_day_with_its_files(cast, client_for):
    wang = client_for(cast.wang)
    kept, lost = upload(wang).json(), upload(wang).json()
    make_ticket(cast, photo_ids=[UUID(kept["id"])])
    names = Photo.objects.get(id=lost["id"])
    with moved(timedelta(hours=23)):
        assert purge_unattached() == 0
    with moved(timedelta(hours=25)):
        assert purge_unattached() == 1
    assert [str(p.id) for p in Photo.objects.all()] == [kept["id"]]
    assert not default_storage.exists(names.file)
    assert not default_storage.exists(names.thumb)


def test_files_without_a_row_are_swept_and_others_stay(cast, client_for):
    kept = upload(client_for(cast.wang)).json()["id"]
    photo = Photo.objects.get(id=kept)
    stray = default_storage.save(photo.file.rpartition("/")[0] + "/stray.jpg", ContentFile(b"cut off"))
    with moved(timedelta(days=3)):
        assert sweep_strays() >= 1
    assert not default_storage.exists(stray)
    assert default_storage.exists(photo.file)
    assert default_storage.exists(photo.thumb)
