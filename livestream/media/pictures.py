"""Pictures of how a stream looks: one whole picture is decoded, made small, kept.

python -m livestream.media.pictures     a child of `worker`, for all its streams
"""

from io import BytesIO
from pathlib import Path

import av

from livestream.media import child
from livestream.video import files

WIDEST = 640  # pixels
KEPT = 3  # posters of a stream: a page may name one of before


def draw(folder: Path, epoch: int, number: int) -> bytes | None:
    """The first picture of a fragment as a JPEG; None when it can't be read."""
    header = files.init(folder, epoch)
    content = files.fragment(folder, epoch, number)
    try:
        source = BytesIO(header.read_bytes() + content.read_bytes())
    except FileNotFoundError:
        return None
    try:
        with av.open(source, "r", format="mp4") as fragment:
            fragment.streams.video[0].codec_context.skip_frame = "NONKEY"
            frame = next(fragment.decode(video=0))
            return jpeg(frame)
    except (av.FFmpegError, StopIteration):
        return None


def jpeg(frame: av.VideoFrame) -> bytes:
    scale = min(1.0, WIDEST / max(frame.width, frame.height))
    width, height = (int(side * scale) & ~1 for side in (frame.width, frame.height))
    small = frame.reformat(width, height, "yuvj420p")
    small.pts = None
    encoder = av.CodecContext.create("mjpeg", "w")
    encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuvj420p"
    encoder.time_base = small.time_base or encoder.time_base
    encoder.options = {"qmin": "3", "qmax": "6"}
    packets = [*encoder.encode(small), *encoder.encode(None)]
    return b"".join(bytes(packet) for packet in packets)


def make_poster(folder: Path, epoch: int, number: int) -> str:
    """Keep how it looks now; the name of the file, "" when there was nothing."""
    picture = draw(folder, epoch, number)
    if picture is None:
        return ""
    name = f"{epoch}-{number}.jpg"
    place = folder / "poster"
    files.write(place / name, picture)
    by_age = sorted(place.glob("*.jpg"), key=lambda file: file.stat().st_mtime_ns)
    for old in by_age[:-KEPT]:
        old.unlink(missing_ok=True)
    return name


def main() -> None:
    for task in child.tasks():
        if not task:
            continue
        name = make_poster(Path(task["folder"]), task["epoch"], task["number"])
        if name:
            child.tell(stream=task["stream"], name=name)


if __name__ == "__main__":
    main()
