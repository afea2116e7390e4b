"""What a change of the glossary leads to."""

from time import time

from django.db import transaction

from catalog.glossary.models import Term
from donghai import memory, steps


def renamed(term: Term) -> None:
    """A term or a name of it was changed: titles made of it are composed anew.

    Call it in the transaction of the change; twice in a second is once.
    """
    transaction.on_commit(memory.forget)
    steps.schedule("catalog.recompose", subject_id=term.pk, key=f"{int(time())}:0")


def reworded() -> None:
    """A forbidden word was added, changed or switched: it counts from now on."""
    transaction.on_commit(memory.forget)
