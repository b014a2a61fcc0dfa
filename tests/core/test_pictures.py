"""Developing photos: upright, clean, small; or refused."""

import io

import pytest

from backend.core.pictures import MAX_SIDE, THUMB_SIDE, PhotoBroken, PhotoTooManyPixels, develop
from tests.tickets.drawn import drawn, seen, tagged


def test_place_and_maker_are_gone_from_a_phones_picture():
    picture = develop(tagged())
    for jpeg in (picture.jpeg, picture.thumb):
        image = seen(jpeg)
        assert dict(image.getexif()) == {}
        assert "exif" not in image.info
        assert b"telling" not in jpeg


@pytest.mark.parametrize(
    ("orientation", "blue_at"),
    [(1, (150, 5)), (3, (150, 290)), (6, (290, 150)), (8, (5, 150))],
)
def test_a_turned_picture_stands_upright(orientation, blue_at):
    picture = develop(tagged(orientation))
    turned = orientation in (6, 8)
    assert (picture.width, picture.height) == ((300, 400) if turned else (400, 300))
    red, _, blue = seen(picture.jpeg).getpixel(blue_at)
    assert blue > 200 > 100 > red


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_every_promised_format_is_read_and_becomes_a_jpeg(kind):
    picture = develop(tagged(kind=kind))
    assert seen(picture.jpeg).format == "JPEG"
    assert dict(seen(picture.jpeg).getexif()) == {}


@pytest.mark.parametrize(
    ("kind", "mode"), [("PNG", "RGBA"), ("PNG", "P"), ("PNG", "LA"), ("PNG", "1"), ("JPEG", "CMYK"), ("PNG", "I;16")]
)
def test_unusual_modes_are_flattened(kind, mode):
    assert seen(develop(drawn(kind=kind, mode=mode)).jpeg).mode == "RGB"


def test_a_large_picture_is_made_smaller_and_has_a_thumbnail():
    picture = develop(drawn(4000, 3000))
    assert (picture.width, picture.height) == (MAX_SIDE, 1920)
    assert max(seen(picture.thumb).size) == THUMB_SIDE


def test_a_decompression_bomb_is_refused_from_its_header():
    with pytest.raises(PhotoTooManyPixels):
        develop(drawn(9_000, 9_000, "PNG", mode="1"))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hello",
        b"\xff\xd8\xff\xe0 not really",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"GIF89a" + bytes(50),
    ],
)
def test_what_is_no_picture_is_broken(content):
    with pytest.raises(PhotoBroken):
        develop(io.BytesIO(content))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_a_picture_that_ends_early_is_broken(kind):
    whole = drawn(1200, 900, kind).getvalue()
    with pytest.raises(PhotoBroken):
        develop(io.BytesIO(whole[: len(whole) // 3]))
