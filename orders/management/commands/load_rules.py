"""Load the rules of destinations, taxes, tariffs and freight. Safe to repeat."""

from typing import Any

from django.core.management.base import BaseCommand

from orders.checkout.loading import load_rules


class Command(BaseCommand):
    help = "Add the rules that come with the program; what is there stays as it is."

    def handle(self, **options: Any) -> None:
        self.stdout.write(f"{load_rules()} new rules and freight cards")
