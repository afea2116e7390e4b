"""What a process may remember of the rules and rates everybody asks for.

Rows change under it without a word, so it lasts half a minute and is then asked anew.
"""

from collections.abc import Callable
from functools import lru_cache, wraps
from time import time
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
Answer = TypeVar("Answer")

SECONDS = 30

_memories: list[Callable[[], None]] = []


def remembered(most: int) -> Callable[[Callable[P, Answer]], Callable[P, Answer]]:
    """Let a function of hashable arguments keep its newest `most` answers.

    What it raises is not kept.
    """

    def remember(function: Callable[P, Answer]) -> Callable[P, Answer]:
        @lru_cache(maxsize=most)
        def kept(moment: int, args: tuple[Any, ...]) -> Answer:
            return function(*args)  # type: ignore[call-arg] # no keywords below

        @wraps(function)
        def answer(*args: P.args, **kwargs: P.kwargs) -> Answer:
            if kwargs:
                raise TypeError("give the arguments by place, not by name")
            return kept(int(time() // SECONDS), args)

        _memories.append(kept.cache_clear)
        return answer

    return remember


def forget() -> None:
    """Drop all that this process remembers, for instance after loading new rows."""
    for clear in _memories:
        clear()
