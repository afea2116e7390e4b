"""What a real Chromium recorded, 3 s with a key every half second, taken apart."""

import struct
from pathlib import Path

HERE = Path(__file__).parent


def recorded() -> tuple[bytes, list[bytes]]:
    """The header and the fragments, as the camera sends them."""
    data, place = (HERE / "chromium.mp4").read_bytes(), 0
    boxes = []
    while place < len(data):
        (size,) = struct.unpack_from(">I", data, place)
        boxes.append(data[place : place + size])
        place += size
    media = boxes[2:]
    return boxes[0] + boxes[1], [
        moof + mdat for moof, mdat in zip(media[::2], media[1::2], strict=True)
    ]
