"""How fast a merchant's sheet gets in, in how much memory, and what a kill does.

100,000 rows of 25 columns, by the worker that `bin/run` starts for long work, told once
a second to look, as beat does: as .xlsx with 1,000 photos; then as .csv in GB18030 for
another merchant with the worker killed half-way (SIGKILL), which must end in the same
rows. Against PostgreSQL's own COPY of the same rows into a bare table.
"""

import argparse
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from bench.ground import empty_database
from bench.report import Figure, say, show
from donghai.local.stack import patient_commands

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 1800
COPIES = 3


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--photos", type=int, default=1_000)
    options = parser.parse_args()
    with empty_database(), tempfile.TemporaryDirectory() as folder:
        show(measure(Path(folder), options.rows, options.photos))


def measure(folder: Path, rows: int, photos: int) -> list[Figure]:
    from bench import stockroom

    stockroom.get_ready()
    say(f"writing {rows:,} rows as .xlsx and .csv, and {photos:,} photos")
    sheet, text, pictures = folder / "a.xlsx", folder / "b.csv", folder / "c.zip"
    stockroom.write_xlsx(sheet, rows)
    stockroom.write_csv(text, rows)
    stockroom.write_photos(pictures, photos)
    bare = rows / median(copy_seconds(text, folder) for _ in range(COPIES))
    say(f"COPY into a bare table: {bare:,.0f} rows/s")
    with Worker() as worker:
        first = Import(worker, sheet, pictures)
        first.run()
    with Worker() as worker:
        killed = Import(worker, text)
        killed.run(kill_at=rows // 2)
    name = "COPY into a bare table"
    return [
        Figure("rows_per_s", rows / first.rows_took, "rows/s", name, bare),
        *(Figure(f"{what}_s", took, "s") for what, took in first.took.items()),
        Figure("peak_mb", first.peak, "MB", "the limit", 300, "below"),
        Figure("after_kill_s", killed.idle, "s", "a step's lease", 60, "about"),
        Figure("missing", rows - killed.stands[0], "rows", goal="0"),
        Figure("doubled", killed.stands[1] - rows, "movements", goal="0"),
        Figure("differing", float(killed.stands != first.stands), "imports", goal="0"),
    ]


def copy_seconds(text: Path, folder: Path) -> float:
    from bench import stockroom

    plain = folder / "plain.csv"
    plain.write_text(text.read_text("gb18030"), "utf-8")
    begun = time.monotonic()
    stockroom.copy_bare(plain)
    return time.monotonic() - begun


class Worker:
    """The process for long work; it can be killed and started again."""

    def __enter__(self) -> "Worker":
        self.start()
        return self

    def __exit__(self, *facts: Any) -> None:
        self.process.terminate()
        self.process.wait()

    def start(self) -> None:
        command = [*patient_commands()["bulk"][1:], "-l", "WARNING"]
        self.process = subprocess.Popen(command, cwd=ROOT)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        self.start()

    @property
    def peak(self) -> float:
        """Most memory it ever had, in MB (Linux: the kernel's own record)."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        line = next(x for x in status.splitlines() if x.startswith("VmHWM"))
        return int(line.split()[1]) / 1024


class Import:
    """One file on its way in."""

    def __init__(self, worker: Worker, file: Path, photos: Path | None = None) -> None:
        self.worker, self.file, self.photos = worker, file, photos
        self.took: dict[str, float] = {}
        self.idle = 0.0

    def run(self, kill_at: int | None = None) -> None:
        from bench import stockroom
        from catalog.sheets import services

        merchant = stockroom.make_merchant()
        begun = time.monotonic()
        self.sheet = stockroom.upload(merchant, self.file, self.photos)
        say(f"{self.file.name}: uploaded in {time.monotonic() - begun:.1f} s")
        with self.phase("read"):
            self.wait_for("READ")
        services.map_columns(import_id=self.sheet.pk, fields=self.sheet.fields)
        with self.phase("check"):
            self.wait_for("READY")
        say(f"{self.file.name}: {self.sheet.counts}")
        services.take_over(import_id=self.sheet.pk)
        if kill_at:
            self.wait_until(lambda: self.sheet.cursor >= kill_at)
            self.kill()
        with self.phase("apply"):
            last = max(self.sheet.lines.values_list("line", flat=True))
            self.wait_until(lambda: self.sheet.cursor >= last)
        with self.phase("photos"):
            self.wait_for("DONE")
        self.peak = self.worker.peak
        self.stands = stockroom.stands(merchant)
        say(f"{self.file.name}: {self.sheet.outcomes}, {self.took}, {self.peak:.0f} MB")

    @property
    def rows_took(self) -> float:
        return sum(self.took[name] for name in ("read", "check", "apply"))

    def kill(self) -> None:
        """And see how long nothing happens: until the dead worker's lease ends."""
        self.worker.kill()
        self.sheet.refresh_from_db()
        stood, begun = self.sheet.cursor, time.monotonic()
        say(f"{self.file.name}: worker killed at row {stood:,}")
        self.wait_until(lambda: self.sheet.cursor != stood)
        self.idle = time.monotonic() - begun

    def wait_for(self, state: str) -> None:
        self.wait_until(lambda: self.sheet.state == state)

    def wait_until(self, is_so: Any) -> None:
        from donghai.steps.tasks import sweep

        begun, hinted = time.monotonic(), 0.0
        while not is_so():
            now = time.monotonic()
            if now - begun > PATIENCE or self.sheet.state == "FAILED":
                raise RuntimeError(f"{self.sheet.state}: {self.sheet.failure}")
            if now - hinted >= 1:
                sweep.apply_async(["bulk"], expires=5, queue="bulk")
                hinted = now
            time.sleep(0.1)
            self.sheet.refresh_from_db()

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        begun = time.monotonic()
        yield
        self.took[name] = round(time.monotonic() - begun, 2)


if __name__ == "__main__":
    main()
