from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livestream.video import playlist
from livestream.video.chapters import Chapter, Shown, chapters, second_of
from livestream.video.playlist import Entry

BEGAN = datetime(2026, 11, 22, 14, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return datetime.fromtimestamp(BEGAN.timestamp() + seconds, UTC)


def filmed(epoch: int, begins: float, count: int, seconds: float = 0.5) -> list[Entry]:
    zero = BEGAN.timestamp() + begins
    return [Entry(epoch, n, seconds, zero + n * seconds) for n in range(count)]


# Ten seconds, a line that was lost for twenty, and ten seconds more
SHOW = filmed(0, 0, 20) + filmed(1, 30, 20)


@pytest.mark.parametrize(
    ("moment", "second"),
    [(0, 0), (4.25, 4.25), (30, 10), (35.5, 15.5), (-1, None), (20, None), (41, None)],
)
def test_a_moment_is_a_second_of_the_replay_or_was_never_sent(moment, second):
    assert second_of(SHOW, at(moment)) == (
        None if second is None else pytest.approx(second, abs=1e-3)
    )


def test_each_piece_has_a_chapter_where_it_was_taken_up():
    shown = [
        Shown(at(-5), 1, "rose quartz"),  # before the camera ran
        Shown(at(3), 2, "amethyst"),
        Shown(at(8), None),
        Shown(at(12), 3, "never filmed"),
        Shown(at(18), 4, "while the line was lost"),
        Shown(at(33), 5, "citrine"),
        Shown(at(34), 5, "citrine"),  # its price changed
        Shown(at(60), 6, "after the end"),
    ]

    assert chapters(SHOW, shown) == [
        Chapter(0, 1, "rose quartz"),
        Chapter(3, 2, "amethyst"),
        Chapter(10, 4, "while the line was lost"),
        Chapter(13, 5, "citrine"),
    ]


def test_a_show_without_video_has_no_chapters():
    assert chapters([], [Shown(at(0), 1, "x")]) == []
    assert second_of([], at(0)) is None


SPANS = st.lists(
    st.tuples(st.integers(1, 5), st.floats(0.4, 30), st.floats(0.1, 2)),
    min_size=1,
    max_size=8,
)


@given(SPANS)
def test_a_playlist_read_again_says_the_same(spans):
    entries, begins = [], 0.0
    for epoch, (count, hole, seconds) in enumerate(spans):
        entries += filmed(epoch, begins, count, seconds)
        begins += count * seconds + hole
    suffixes = dict.fromkeys(range(0, len(spans), 2), "-aac")

    shown = playlist.read(playlist.ended(entries, suffixes=suffixes))

    assert shown.is_over
    assert [entry[:2] for entry in shown.entries] == [entry[:2] for entry in entries]
    for one, again in zip(entries, shown.entries, strict=True):
        assert again.seconds == pytest.approx(one.seconds, abs=1e-5)
        assert again.filmed == pytest.approx(one.filmed, abs=2e-3)
    assert {e for e, suffix in shown.suffixes.items() if suffix} == set(suffixes)
