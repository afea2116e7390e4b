"""What must happen later: to-do rows written in the same transaction as their cause.

Why a table beside Celery: a message broker forgets. With Redis flushed, a worker killed at
any line, a message delivered twice or beat stopped, each row here still ends once in effect.
The table is the queue and Celery only says "look"; `manage.py steps` looks without it.

Why one sweep runs a batch instead of one Celery task a step: claiming a hundred rows by one
UPDATE and running each in its own transaction costs a third of a message each (measured).

    schedule   write a step, once per (job, subject, key)
    claim      take due steps by a lease with a token; the lease's end makes them due again
    run        call the job; what it raises is noted and tried again, later and later
    finishing  record the effect and the step's end in one transaction, if the lease is ours
    park       after the last attempt: visible in the admin, with a button to try again
"""

from donghai.steps.services import (
    LeaseLost as LeaseLost,
    NotYet as NotYet,
    claim_due as claim_due,
    finishing as finishing,
    job as job,
    retry as retry,
    run as run,
    schedule as schedule,
)
