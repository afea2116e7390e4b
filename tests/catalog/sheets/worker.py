"""A worker for long work alone: does all that is due, then says how much memory it had.

`python -m tests.catalog.sheets.worker`, with DATABASE_URL in its environment.
"""

import os
from pathlib import Path

import django


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "donghai.settings")
    django.setup()
    from donghai.steps.models import Step
    from donghai.steps.services import Lane
    from donghai.steps.tasks import sweep_until_done

    while Step.objects.open().filter(job__endswith="_sheet").exists():
        sweep_until_done(lane=Lane.BULK)
    # Not ru_maxrss, which is at least that of the process that started this one
    status = Path("/proc/self/status").read_text()
    peak = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    print("peak_mb", int(peak.split()[1]) / 1024)


if __name__ == "__main__":
    main()
