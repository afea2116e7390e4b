"""What kind of file this is by its first bytes, whatever its name says."""

MOST_BYTES = 25 * 1024 * 1024
FIRST_BYTES = 16  # of a file; enough to tell its kind

MADE_FROM = ("JPEG", "PNG", "WEBP")


def kind_of(first: bytes) -> str:
    """JPEG, PNG, WEBP, HEIC, OTHER for pictures we don't take, or nothing."""
    if first.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if first.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if first[:4] == b"RIFF" and first[8:12] == b"WEBP":
        return "WEBP"
    if first[4:8] == b"ftyp":
        brand = first[8:12]
        return "HEIC" if brand[:2] == b"he" or brand in (b"mif1", b"msf1") else "OTHER"
    others = (b"GIF8", b"BM", b"II*\0", b"MM\0*", b"<svg", b"%PDF", b"\xff\x0a")
    return "OTHER" if first.lstrip().startswith(others) else ""
