"""Files as phones, scanners and people who mean harm send them."""

import struct
import zlib
from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

PNG = b"\x89PNG\r\n\x1a\n"
GPS = b"GPSMARK"


def picture(size=(1200, 900), colour=(120, 60, 180), mode="RGB"):
    """A picture whose upper left quarter is white, so that one sees turns."""
    image = Image.new("RGB", size, colour)
    image.paste("white", (0, 0, size[0] // 2, size[1] // 2))
    return image.convert(mode)


def file_of(image, kind="JPEG", **options):
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def upload(content, name="photo.jpg"):
    return SimpleUploadedFile(name, content)


def photo(colour=(120, 60, 180), **options):
    """A file as it comes by a form; each colour is another picture."""
    return upload(file_of(picture(colour=colour), **options))


def exif(orientation=1):
    """What a phone writes: which side is up, and where its owner lives."""
    facts = Image.Exif()
    facts[0x0112] = orientation
    facts[0x010F] = "MAKERMARK"
    facts.get_ifd(0x8825)[1] = "N"
    facts.get_ifd(0x8825)[2] = (34.0, 32.0, 31.0)
    facts.get_ifd(0x8825)[29] = GPS.decode()
    return facts


def chunk(name, content):
    check = struct.pack(">I", zlib.crc32(name + content))
    return struct.pack(">I", len(content)) + name + content + check


def png(width, height, *before, data=b"\0"):
    """A PNG by hand: grey, eight bits, whatever its header claims."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    body = chunk(b"IDAT", zlib.compress(data, 9))
    return PNG + header + b"".join(before) + body + chunk(b"IEND", b"")
