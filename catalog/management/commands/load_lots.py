"""`manage.py load_lots FILE`: raw lots from a CSV file, all of them or none."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from catalog.provenance import loading

MOST_SHOWN = 50


class Command(BaseCommand):
    help = f"Load raw lots from a CSV file. {loading.__doc__}"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *, file: Path, **options: Any) -> None:
        try:
            loaded = loading.load_lots(file.read_bytes())
        except OSError as missing:
            raise CommandError(str(missing)) from missing
        for error in loaded.errors[:MOST_SHOWN]:
            self.stderr.write(error)
        if loaded.errors:
            raise CommandError(
                f"{len(loaded.errors)} errors. Nothing was written: mend the rows "
                "and load the whole file again."
            )
        self.stdout.write(f"{loaded.new} new lots, {loaded.known} known ones set right")
