"""Pictures for tests."""

import io

from PIL import Image


def jpeg_with_a_place(width: int = 640, height: int = 480, orientation: int = 1) -> bytes:
    """A JPEG whose metadata tells a camera and a position."""
    image = Image.new("RGB", (width, height), (200, 180, 160))
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "DEMO CAMERA"
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2], gps[3], gps[4] = "N", (39.0, 59.0, 46.0), "E", (116.0, 28.0, 19.0)
    file = io.BytesIO()
    image.save(file, "JPEG", exif=exif)
    return file.getvalue()
