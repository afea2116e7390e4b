"""`manage.py prepare`: make a database fit to use, however old or empty it is."""

from argparse import ArgumentParser
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Migrate; with --seed, load the demo market into an empty database."

    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seed", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write("tables")
        call_command("migrate", verbosity=0, interactive=False)
        is_empty = not get_user_model()._default_manager.exists()
        if options["seed"] and is_empty and "seed" in get_commands():
            self.stdout.write("demo market")
            call_command("seed", stdout=self.stdout)
