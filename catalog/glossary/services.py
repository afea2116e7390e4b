"""What a change of the glossary leads to."""

from django.db import transaction

from catalog.glossary.models import Term
from donghai import memory


def renamed(term: Term) -> None:
    """A term or a name of it was changed: whoever composes next uses the new one."""
    transaction.on_commit(memory.forget)


def reworded() -> None:
    """A forbidden word was added, changed or switched: it counts from now on."""
    transaction.on_commit(memory.forget)
