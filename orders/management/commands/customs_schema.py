"""`manage.py customs_schema`: make the XSD files again after a change of the fields."""

from typing import Any

from django.core.management.base import BaseCommand

from orders.customs import schema


class Command(BaseCommand):
    help = "Make the XSD of every customs message from the table of its fields."

    def handle(self, *args: Any, **options: Any) -> None:
        for message in schema.messages():
            path = schema.FOLDER / "schemas" / f"{message}.xsd"
            path.write_bytes(schema.make(message))
            self.stdout.write(path.name)
