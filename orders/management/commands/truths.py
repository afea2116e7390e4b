"""`manage.py truths`: check what must always hold, on any database."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from orders.management import truths


class Command(BaseCommand):
    help = "Check the truths; exit 1 and name each broken one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--finished",
            action="store_true",
            help="demand that no work is left, not only none that is overdue",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        left = truths.unfinished() if options["finished"] else truths.overdue()
        broken = [*truths.broken(), *left]
        for sentence in broken:
            self.stderr.write(f"broken: {sentence}")
        if broken:
            raise CommandError(f"{len(broken)} truths are broken")
        self.stdout.write("All truths hold.")
