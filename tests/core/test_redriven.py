"""What is remembered of dead letters that were sent again."""

from hypothesis import given
from hypothesis import strategies as st

from consumer.core.offset_map import Empty, Restored, decode
from consumer.core.redriven import Redriven, started

LETTERS = st.lists(st.booleans(), max_size=60)
END = 200


def restored(of: Redriven, *, first: int = 0) -> Redriven:
    """As the next redrive finds it."""
    snapshot = of.snapshot()
    read = decode(snapshot.metadata, committed=snapshot.offset, log_end=END)
    assert isinstance(read, Empty | Restored)
    return started(snapshot.offset, read.edges if isinstance(read, Restored) else (), first)


def sent(of: Redriven, offsets: list[int]) -> set[int]:
    return {offset for offset in offsets if offset < of.position or of.is_sent(offset)}


def test_letters_that_were_left_out_are_found_again() -> None:
    after = Redriven(position=0).after([(0, True), (1, False), (2, True)], 3)

    assert after.snapshot().offset == 1
    assert sent(restored(after), [0, 1, 2]) == {0, 2}


def test_when_all_are_sent_an_offset_says_it_without_a_map() -> None:
    after = Redriven(position=0).after([(0, True), (2, True), (4, True)], 5)

    assert (after.snapshot().offset, after.snapshot().metadata) == (5, "")


def test_what_is_sent_now_joins_what_was_sent_before() -> None:
    before = Redriven(position=0).after([(0, False), (1, False), (2, True), (3, False)], 4)

    joined = restored(before).after([(0, False), (1, True)], 2)

    assert sent(restored(joined), [0, 1, 2, 3]) == {1, 2}


def test_markers_between_letters_that_are_left_cost_no_room() -> None:
    left = [(offset, False) for offset in range(0, 100_000, 2)]

    after = Redriven(position=0).after([*left, (100_000, True)], 100_001)

    assert len(after.snapshot().metadata) < 40


def test_letters_that_the_topic_has_forgotten_are_passed_over() -> None:
    after = Redriven(position=0).after([(0, False), (5, True), (9, False)], 10)

    again = restored(after, first=7)

    assert again.position == 7
    assert sent(again, [9]) == set()
    assert sent(restored(after, first=4), [5, 9]) == {5}


@given(letters=LETTERS, gap=st.integers(1, 3), stop=st.integers(0, 60), later=LETTERS)
def test_whatever_is_sent_is_remembered_over_any_number_of_redrives(
    letters: list[bool], gap: int, stop: int, later: list[bool]
) -> None:
    offsets = [at * gap for at in range(len(letters))]
    first = [(offset, wanted) for offset, wanted in zip(offsets, letters, strict=True)]
    progress = Redriven(position=0).after(first[:stop], offsets[stop] if stop < len(offsets) else END)
    done = {offset for offset, wanted in first[:stop] if wanted}
    assert sent(restored(progress), offsets) == done | {each for each in offsets if each < progress.snapshot().offset}

    again = restored(progress)
    rest = [offset for offset in offsets if offset >= again.position]
    wishes = dict(zip(offsets, [*later, *[False] * len(offsets)], strict=False))
    second = [(offset, again.is_sent(offset) or wishes[offset]) for offset in rest]
    done |= {offset for offset in rest if wishes[offset]}
    assert sent(restored(again.after(second, END)), offsets) == done
    half = len(second) // 2
    part = again.after(second[:half], rest[half] if rest[half:] else END)
    assert done - {offset for offset in rest[half:] if wishes[offset]} <= sent(restored(part), offsets) <= done
    assert sent(restored(part.after(second[half:], END)), offsets) == done
