"""Pictures for the tests, drawn here."""

import io

import pillow_heif
from PIL import Image

pillow_heif.register_heif_opener()
ORIENTATION, GPS, MAKE = 0x0112, 0x8825, 0x010F


class Sheet(io.BytesIO):
    """A file that can be sent again and again."""

    def read(self, size: int | None = -1) -> bytes:
        if size is None or size < 0:
            self.seek(0)
        return super().read(size)


def drawn(width: int = 400, height: int = 300, kind: str = "JPEG", *, mode: str = "RGB", **save: object) -> io.BytesIO:
    """A red picture with a blue band along the top."""
    image = Image.new(mode, (width, height), "red" if mode in ("RGB", "RGBA") else 60)
    if mode in ("RGB", "RGBA"):
        image.paste("blue", (0, 0, width, height // 6))
    file = io.BytesIO()
    image.save(file, kind, **save)
    file.seek(0)
    return file


def tagged(orientation: int = 1, kind: str = "JPEG") -> io.BytesIO:
    """The same with a place, a maker and an orientation in its EXIF."""
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    exif[MAKE] = "a telling phone"
    exif[GPS] = {1: "N", 2: (39.0, 54.0, 0.0), 3: "E", 4: (116.0, 27.0, 0.0)}
    return drawn(kind=kind, exif=exif)


def seen(jpeg: bytes) -> Image.Image:
    """The decoded picture."""
    image = Image.open(io.BytesIO(jpeg))
    image.load()
    return image
