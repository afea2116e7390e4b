"""The job of `bench.steps`, the least a step can do; its worker imports this."""

from donghai import sql, steps
from donghai.steps.models import Step

JOB = "bench.note"
TABLE = "CREATE TABLE bench_note (step_id bigint NOT NULL)"
NOTE = "INSERT INTO bench_note VALUES (%(step)s)"


@steps.job(JOB)
def note(step: Step) -> None:
    """Write one row, and nothing else."""
    with steps.finishing(step):
        sql.change(NOTE, step=step.pk)
