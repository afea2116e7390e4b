"""`manage.py up`: what `bin/run` does, by hand."""

import sys

from django.core.management.base import BaseCommand

from donghai.local import up


class Command(BaseCommand):
    help = up.parser().description or ""

    def run_from_argv(self, argv: list[str]) -> None:
        sys.exit(up.main(argv[2:]))
