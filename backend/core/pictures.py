"""Photos, decoded: any picture a phone makes becomes a plain upright sRGB JPEG without metadata, and a thumbnail.

What cannot be decoded is refused; what would unpack to more than `MAX_PIXELS` is refused from its header, before it is unpacked.
"""

import io
import warnings
from dataclasses import dataclass
from typing import BinaryIO

import pillow_heif
from PIL import Image, ImageCms, ImageOps

from backend.core.errors import FieldError, Invalid

pillow_heif.register_heif_opener()

FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")
MAX_PIXELS = 64_000_000  # 256 MB at most while it is open
MAX_SIDE = 2560
THUMB_SIDE = 320


class PhotoBroken(Invalid):
    """This is not a picture that we can read (JPEG, PNG, WebP or HEIC)."""

    code, zh = "photo-broken", "无法读取这张图片（支持 JPEG、PNG、WebP、HEIC）"

    def __init__(self) -> None:
        super().__init__(FieldError("/file", self.code, (type(self).__doc__ or ""), self.zh))


class PhotoTooManyPixels(Invalid):
    """This picture has too many pixels."""

    code, zh = "photo-too-many-pixels", "图片像素过大"

    def __init__(self) -> None:
        super().__init__(FieldError("/file", self.code, f"at most {MAX_PIXELS} pixels", f"最多 {MAX_PIXELS} 像素"))


@dataclass(frozen=True)
class Picture:
    """A clean JPEG with its size in pixels, and its thumbnail's JPEG."""

    jpeg: bytes
    thumb: bytes
    width: int
    height: int


def develop(file: BinaryIO) -> Picture:
    """Decode, turn upright, flatten, shrink to `MAX_SIDE` and encode again. Raises PhotoBroken, PhotoTooManyPixels."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(file, formats=FORMATS) as opened:
                if opened.width * opened.height > MAX_PIXELS:
                    raise PhotoTooManyPixels
                opened.draft("RGB", (MAX_SIDE, MAX_SIDE))
                image = opened if opened.mode in ("RGB", "RGBA", "L") else opened.convert("RGBA")
                image.thumbnail((MAX_SIDE, MAX_SIDE), Image.Resampling.LANCZOS)
                image = _flat(ImageOps.exif_transpose(image))
    except Image.DecompressionBombError:
        raise PhotoTooManyPixels from None
    except Invalid:
        raise
    except Exception:  # decoders raise many kinds for hostile bytes: every one means the same to the sender
        raise PhotoBroken from None
    small = image.copy()
    small.thumbnail((THUMB_SIDE, THUMB_SIDE), Image.Resampling.LANCZOS)
    return Picture(_encoded(image, 85), _encoded(small, 78), image.width, image.height)


def _flat(image: Image.Image) -> Image.Image:
    """sRGB on white, in a new image that carries nothing of the old one but its pixels."""
    profile = image.info.get("icc_profile")
    if profile and image.mode == "RGB":
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            image = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB")) or image
        except ImageCms.PyCMSError:
            pass  # a profile nobody understands: the numbers are taken as sRGB
    if "A" in image.getbands() or "transparency" in image.info:
        image = image.convert("RGBA")
        flat = Image.new("RGB", image.size, "white")
        flat.paste(image, mask=image.getchannel("A"))
        return flat
    flat = Image.new("RGB", image.size)
    flat.paste(image.convert("RGB"))
    return flat


def _encoded(image: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality, optimize=True, progressive=True)
    return out.getvalue()
