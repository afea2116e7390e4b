"""`manage.py seed`: the demo market in an empty database, and tonight's sessions.

It stands in orders/ because it makes rows of every app, and `donghai/` imports none.
"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from catalog.models import Product
from orders.management import seeding


class Command(BaseCommand):
    help = "Fill an empty database with a believable market; open tonight's sessions."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--no-pictures", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        if seeding.is_empty():
            seeding.fill()
            self.stdout.write(f"{Product.objects.count()} products of 12 merchants")
        sessions = seeding.open_tonight()
        self.stdout.write(f"{len(sessions)} sessions tonight")
        if not options["no_pictures"]:
            self.stdout.write("drawing the pieces")
            seeding.draw()
