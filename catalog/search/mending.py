"""Mistyped words, read as the words of the lexicon or of products they resemble."""

from collections.abc import Iterator, Sequence

from catalog.search import spelling
from catalog.search.lexicon import SHORTEST_MENDED, Lexicon, between
from catalog.search.words import carries_meaning, is_sign, units, wanted
from donghai import sql

Correction = tuple[str, str]  # as typed, as read
ENDING = 2  # letters: more or less of them at a word's end is no mistake to speak of

NEAR_SQL = """
SELECT DISTINCT word FROM catalog_searchword WHERE near && %(numbers)s::int[]
"""


def known(cut: Sequence[str], lexicon: Lexicon) -> set[str]:
    """Products' words: those of the lexicon's phrases, and those like all else."""
    numbers: set[int] = set()
    matches = list(lexicon.matches(cut))
    for match in matches:
        for token in filter(None, wanted(cut[match.start : match.end])):
            numbers.add(spelling.number(token[: spelling.BEGINNING]))
    for segment in between(cut, matches):
        for token in filter(None, wanted(segment)):
            numbers.update(numbers_of(token))
    if not numbers:
        return set()
    return {row.word for row in sql.rows(NEAR_SQL, numbers=sorted(numbers))}


def numbers_of(token: str) -> list[int]:
    """Signs are mended by the lexicon alone: all of it and the first."""
    if is_sign(token):
        return sorted({spelling.number(token), spelling.number(token[0])})
    return spelling.numbers(token)


def occurs(token: str, known: set[str]) -> bool:
    """Whether a product has this word; a lone sign may begin one."""
    lone = len(token) == 1 and is_sign(token)
    return token in known or (lone and any(word[0] == token for word in known))


def is_strange(unit: str, known: set[str], lexicon: Lexicon) -> bool:
    """A word that neither the lexicon nor any product has."""
    return not (
        is_sign(unit)
        or unit in known
        or lexicon.singular(unit) in lexicon.words
        or not carries_meaning(unit)
    )


def taken_apart(
    cut: Sequence[str], known_words: set[str], lexicon: Lexicon
) -> tuple[list[str], set[str]]:
    """Compounds as the words they are made of, and the products' words once more."""
    parts = [
        (is_strange(unit, known_words, lexicon) and lexicon.apart(unit)) or (unit,)
        for unit in cut
    ]
    text = [unit for units_ in parts for unit in units_]
    return text, known(text, lexicon) if len(text) > len(cut) else known_words


def mended(
    cut: Sequence[str], known: set[str], lexicon: Lexicon
) -> tuple[list[str], list[Correction]]:
    """The text as it was probably meant, and what is read otherwise than typed."""
    text: list[str] = []
    corrected: list[Correction] = []
    end = 0
    for match in [*lexicon.matches(cut), None]:
        start = match.start if match else len(cut)
        for run in _runs(cut[end:start]):
            if is_sign(run[0]):
                read = _signs(run, known, lexicon)
            else:
                read = [_word(run[0], known, lexicon)]
            if read != run and not _differ_in_ending(run, read):
                corrected.append(("".join(run), "".join(read)))
            text += read
        if match:
            text += cut[start : match.end]
            end = match.end
    return text, corrected


def _runs(segment: Sequence[str]) -> Iterator[list[str]]:
    """Each word alone, signs that touch together."""
    run: list[str] = []
    for unit in segment:
        if run and not (is_sign(run[-1]) and is_sign(unit)):
            yield run
            run = []
        run.append(unit)
    if run:
        yield run


def _word(word: str, known: set[str], lexicon: Lexicon) -> str:
    if not is_strange(word, known, lexicon):
        return word
    like = lexicon.spelled_like(word, spelling.slips(word))
    others = (each for each in known if not is_sign(each))
    trade = spelling.nearest(word, (), like)
    return trade or spelling.nearest(word, others, ()) or word


def _signs(run: list[str], known: set[str], lexicon: Lexicon) -> list[str]:
    """With one wrong sign in three or more. A run that products have stays as it is,
    and so does one that is of longer phrases."""
    if all(occurs(token, known) for token in filter(None, wanted(run))):
        return run
    if lexicon.partly("".join(run)):
        return run
    for start in range(len(run)):
        for length in range(min(SHORTEST_MENDED + 2, len(run) - start), 1, -1):
            piece = "".join(run[start : start + length])
            if phrase := _phrase(piece, lexicon):
                return [*run[:start], *units(phrase), *run[start + length :]]
    return run


def _phrase(piece: str, lexicon: Lexicon) -> str:
    """The phrase of signs that is one slip away."""
    like = lexicon.spelled_like(piece, 1)
    near = (each for each in like if spelling.distance(piece, each, 1) == 1)
    return min((each for each in near if is_sign(each)), default="")


def _differ_in_ending(run: list[str], read: list[str]) -> bool:
    """Amethysts, amethyst."""
    if is_sign(run[0]):
        return False
    one, other = sorted([run[0], read[0]], key=len)
    return other.startswith(one) and len(other) - len(one) <= ENDING
