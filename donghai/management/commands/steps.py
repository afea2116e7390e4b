"""`manage.py steps`: run all that is due, with no Redis and no worker."""

import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils.module_loading import import_string

from donghai.steps.models import Step
from donghai.steps.tasks import sweep_until_done


class Command(BaseCommand):
    help = "Run due steps and rounds by hand: no Redis, no Celery needed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--seconds",
            type=float,
            default=0,
            help="go on looking for this long (default: until nothing is due)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        end = time.monotonic() + options["seconds"]
        ended = 0
        while True:
            for service, _ in settings.ROUNDS:
                import_string(service)()
            now = sweep_until_done(lane=None)
            ended += now
            if now == 0 and time.monotonic() >= end:
                break
            if now == 0:
                time.sleep(0.2)
        left = Step.objects.open().count()
        parked = Step.objects.parked().count()
        self.stdout.write(f"{ended} steps ended, {left} wait, {parked} need a person")
