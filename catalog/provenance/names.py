"""What codes of stones are called on pages, in the reader's language."""

from catalog.glossary import book
from catalog.glossary.models import Term, reader_language


def mineral(code: str) -> str:
    return book.name(code, reader_language())


def treatment(code: str) -> str:
    return book.name(code, reader_language())


def minerals() -> list[tuple[str, str]]:
    """Codes and names to choose from."""
    return book.choices(Term.Kind.MINERAL, reader_language())
