"""Load the trade's words in every selling language. Safe to repeat."""

from typing import Any

from django.core.management.base import BaseCommand

from catalog.glossary.loading import load_glossary


class Command(BaseCommand):
    help = (
        "Add or mend the words that come with the program; what people changed stays."
    )

    def handle(self, **options: Any) -> None:
        self.stdout.write(f"{load_glossary()} terms, names and forbidden words written")
