"""Pictures in the child process: decoded and written anew, so that nothing but the pixels stays.

What a camera or telephone writes beside them names the place, the minute, the device and sometimes its owner; a second file
may hang behind the end. A fresh encoding has none of it. Upright as the camera says, in sRGB. A JPEG keeps its own
quantisation, so that it loses next to nothing.
"""

from __future__ import annotations

import io
import re
import struct
from typing import Any

from PIL import Image, ImageCms, JpegImagePlugin, MpoImagePlugin, PngImagePlugin, WebPImagePlugin
from PIL.TiffImagePlugin import IFDRational

from yaodian.foundation.files import limits
from yaodian.foundation.sheets.unreadable import Unreadable

# Loaded before the limits fall; a telephone's JPEG may be an MPO.
_FORMATS = {"jpeg": "JPEG", "png": "PNG", "webp": "WEBP"}
_PLUGINS = (JpegImagePlugin, MpoImagePlugin, PngImagePlugin, WebPImagePlugin)

_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_ORIENTATION, _EXIF, _GPS, _TAKEN = 0x0112, 0x8769, 0x8825, 0x9003
_MOMENT = re.compile(r"\d{4}:\d\d:\d\d \d\d:\d\d:\d\d")
# What a damaged directory of tags makes the library raise.
_BAD_TAGS = (
    *(ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, ZeroDivisionError),
    *(SyntaxError, OSError, struct.error),
)


def look_at_picture(file: io.BufferedReader, wanted: dict[str, Any]) -> tuple[dict[str, Any], bytes, bytes]:
    """Facts, the clean copy, the small picture. Raises Unreadable."""
    # Counted here, with a sentence, before a pixel is decoded.
    Image.MAX_IMAGE_PIXELS = None
    kind = wanted["kind"]
    try:
        with Image.open(file, formats=[_FORMATS[kind]]) as image:
            width, height = image.size
            if width * height > limits.PIXELS or max(width, height) > limits.SIDE:
                raise Unreadable("too-many-pixels", width=width, height=height, most=limits.PIXELS // 10_000)
            if kind != "jpeg" and getattr(image, "n_frames", 1) > 1:
                raise Unreadable("moving")
            orientation, place, taken = _tags(image)
            options = _options(kind, image)
            image.load()
            pixels = _in_srgb(kind, image)
            upright = pixels.transpose(_UPRIGHT[orientation]) if orientation in _UPRIGHT else pixels
    except (Image.UnidentifiedImageError, SyntaxError, EOFError, OSError, ValueError, struct.error, IndexError):
        raise Unreadable("broken") from None
    facts: dict[str, Any] = {"kind": kind, "width": upright.width, "height": upright.height, "place": None, "taken": ""}
    if wanted["keeps_place"]:
        facts |= {"place": place, "taken": taken}
        options["exif"] = _kept_tags(place, taken)
    out = io.BytesIO()
    upright.save(out, _FORMATS[kind], **options)
    return facts, out.getvalue(), _small(upright)


def _tags(image: Image.Image) -> tuple[int, list[float] | None, str]:
    """Which way is up, where, and when; nothing where the tags are damaged."""
    try:
        tags = image.getexif()
        orientation = tags.get(_ORIENTATION, 1)
        taken = str(tags.get_ifd(_EXIF).get(_TAKEN, ""))
        place = _place(tags.get_ifd(_GPS))
    except _BAD_TAGS:
        return 1, None, ""
    return (orientation if isinstance(orientation, int) else 1), place, taken if _MOMENT.fullmatch(taken) else ""


def _place(tags: dict[int, Any]) -> list[float] | None:
    """Latitude and longitude in degrees (WGS 84), or None."""
    found = []
    for reference, value, most in ((1, 2, 90), (3, 4, 180)):
        if reference not in tags or value not in tags:
            return None
        degrees, minutes, seconds = (float(number) for number in tags[value])
        angle = degrees + minutes / 60 + seconds / 3600
        # A telephone without a fix writes zeros, or not a number.
        if not 0 <= angle <= most:
            return None
        found.append(round(-angle if str(tags[reference]).strip("\0 ") in {"S", "W"} else angle, 6))
    return None if found == [0, 0] else found


def _kept_tags(place: list[float] | None, taken: str) -> bytes:
    tags = Image.Exif()
    if taken:
        tags[_EXIF] = {_TAKEN: taken}
    if place:
        latitude, longitude = place
        tags[_GPS] = {
            1: "S" if latitude < 0 else "N",
            2: _angle(latitude),
            3: "W" if longitude < 0 else "E",
            4: _angle(longitude),
        }
    return tags.tobytes() if place or taken else b""


def _angle(degrees: float) -> tuple[IFDRational, IFDRational, IFDRational]:
    whole, rest = divmod(round(abs(degrees) * 3_600_000), 3_600_000)
    minutes, thousandths = divmod(rest, 60_000)
    return IFDRational(whole), IFDRational(minutes), IFDRational(thousandths, 1000)


def _options(kind: str, image: Image.Image) -> dict[str, Any]:
    """How the copy is written."""
    if kind == "png":
        # A large one would take more time than it saves bytes.
        return {"compress_level": 6 if image.width * image.height < limits.WELL_PACKED_PIXELS else 1}
    if kind == "webp":
        image.fp.seek(12)  # type: ignore[union-attr]  # An image that has been opened from a file has it.
        return {"lossless": image.fp.read(4) == b"VP8L", "quality": limits.PICTURE_QUALITY}  # type: ignore[union-attr]  # The same.
    options: dict[str, Any] = {"quality": limits.PICTURE_QUALITY}
    if isinstance(image, JpegImagePlugin.JpegImageFile) and image.mode in {"L", "RGB"} and image.quantization:
        options = {"qtables": image.quantization}
        if (sampling := JpegImagePlugin.get_sampling(image)) >= 0:
            options["subsampling"] = sampling
    return options


def _in_srgb(kind: str, image: Image.Image) -> Image.Image:
    """The pixels and nothing else, in the colours that every screen takes for granted."""
    profile = image.info.get("icc_profile")
    transparency = image.info.get("transparency") if kind == "png" else None
    pixels = image.copy()
    pixels.info = {} if transparency is None else {"transparency": transparency}
    if profile and b"sRGB" not in profile[:4096] and pixels.mode in {"RGB", "RGBA", "CMYK"}:
        mode = "RGB" if pixels.mode == "CMYK" else pixels.mode
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(pixels, source, ImageCms.createProfile("sRGB"), outputMode=mode)
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            converted = None
        if converted is not None:
            converted.info = pixels.info
            pixels = converted
    if kind == "jpeg" and pixels.mode not in {"L", "RGB"}:
        return pixels.convert("RGB")
    return pixels


def _small(image: Image.Image) -> bytes:
    """A JPEG of at most THUMBNAIL_SIDE and THUMBNAIL_BYTES, what is transparent on white."""
    small = image.copy()
    # Roughly first, so that what follows needs little memory.
    rough = Image.Resampling.NEAREST if image.mode[0] in "1PI" else Image.Resampling.BOX
    small.thumbnail((4 * limits.THUMBNAIL_SIDE, 4 * limits.THUMBNAIL_SIDE), rough)
    if small.mode[0] == "I":
        small = small.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if small.mode in {"1", "P", "LA", "PA", "RGBA"} or "transparency" in small.info:
        layer = small.convert("RGBA")
        small = Image.new("RGB", layer.size, "white")
        small.paste(layer, mask=layer.getchannel("A"))
    small.thumbnail((limits.THUMBNAIL_SIDE, limits.THUMBNAIL_SIDE))
    if small.mode not in {"L", "RGB"}:
        small = small.convert("RGB")
    small.info = {}
    for quality in (80, 60, 40, 20):
        out = io.BytesIO()
        small.save(out, "JPEG", quality=quality)
        if out.tell() <= limits.THUMBNAIL_BYTES:
            break
    return out.getvalue()
