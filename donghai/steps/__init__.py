"""What must happen later: to-do rows written in the same transaction as their cause.

Why a table beside Celery: a message broker forgets. With Redis flushed, a worker killed
at any line, a message delivered twice or beat stopped, each row here still ends once in
effect. The table is the queue, Celery only says "look", `manage.py steps` looks alone.

Why one sweep runs a batch instead of one Celery task a step: claiming a hundred rows by
one UPDATE and running each in its own transaction costs a third of a message each.

    schedule   write a step, once per (job, subject, key)
    claim_due  take due steps by a lease with a token; its end makes them due again
    run        call the job; what it raises is noted and tried again, later and later
    finishing  record the effect and the step's end in one transaction, if still ours
    retry      a step that gave up is parked, visible in the admin, and taken up again
"""

from donghai.steps.services import (
    Lane,
    LeaseLost,
    NotYet,
    claim_due,
    finishing,
    job,
    oldest_due,
    retry,
    run,
    schedule,
)

__all__ = [
    "Lane",
    "LeaseLost",
    "NotYet",
    "claim_due",
    "finishing",
    "job",
    "oldest_due",
    "retry",
    "run",
    "schedule",
]
