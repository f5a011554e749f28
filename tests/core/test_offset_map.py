"""The text that carries the published offsets above a commit."""

from base64 import b64encode
from binascii import crc32
from itertools import pairwise, product
from string import printable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumer.core.offset_map import LIMIT, Empty, Ignored, Reason, Restored, decode, encode

FAR = 2**62

gaps_and_runs = st.lists(st.integers(1, 2**40), min_size=2, max_size=200).map(lambda it: it[: len(it) // 2 * 2])


def edges_of(base: int, lengths: list[int]) -> tuple[int, ...]:
    edges = []
    for length in lengths:
        base += length
        edges.append(base)
    return tuple(edges)


def edges_of_flags(base: int, flags: tuple[bool, ...]) -> tuple[int, ...]:
    """The base itself is open; each flag tells of the next offset."""
    padded = (False, *flags, False)
    return tuple(base + 1 + at for at, (before, now) in enumerate(pairwise(padded)) if before != now)


def forged(body: bytes) -> str:
    """The map of any bytes, with a check sum that is right."""
    return "rcmap1." + b64encode(body + crc32(body).to_bytes(4)).decode()


def test_every_set_of_up_to_twelve_offsets_comes_back_as_it_was() -> None:
    for size in range(13):
        for flags in product((False, True), repeat=size):
            edges = edges_of_flags(7, flags)

            read = decode(encode(7, edges), committed=7, log_end=FAR)

            assert read == (Restored(edges=edges) if edges else Empty())


@given(base=st.integers(0, 2**61), lengths=gaps_and_runs)
def test_any_set_comes_back_as_it_was(base: int, lengths: list[int]) -> None:
    edges = edges_of(base, lengths)

    assert decode(encode(base, edges), committed=base, log_end=edges[-1]) == Restored(edges=edges)


@given(base=st.integers(0, 2**61), lengths=gaps_and_runs, data=st.data())
def test_no_single_character_can_change_unseen(base: int, lengths: list[int], data: st.DataObject) -> None:
    text = encode(base, edges_of(base, lengths))
    at = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.sampled_from(printable + "é\ud800").filter(lambda letter: letter != text[at]))

    read = decode(text[:at] + other + text[at + 1 :], committed=base, log_end=FAR * 2)

    assert isinstance(read, Ignored)
    assert read.reason in {Reason.FOREIGN, Reason.DAMAGED}


def test_each_character_of_a_map_is_guarded_against_each_other() -> None:
    text = encode(1000, (1003, 1004, 1010, 1300))

    for at, other in product(range(len(text)), printable):
        if other != text[at]:
            read = decode(text[:at] + other + text[at + 1 :], committed=1000, log_end=FAR)
            assert isinstance(read, Ignored)


@given(st.text())
def test_no_text_makes_the_reader_fail(text: str) -> None:
    assert isinstance(decode(text, committed=0, log_end=FAR), Ignored | Empty)
    assert isinstance(decode("rcmap1." + text, committed=0, log_end=FAR), Ignored)


@given(st.binary(max_size=60))
def test_no_bytes_with_a_good_check_sum_make_the_reader_fail(body: bytes) -> None:
    read = decode(forged(body), committed=int.from_bytes(body[:8]), log_end=2**70)

    assert isinstance(read, Ignored | Restored)
    if isinstance(read, Restored):
        assert all(earlier < later for earlier, later in pairwise(read.edges))


@pytest.mark.parametrize(
    "runs",
    [
        pytest.param(b"", id="no length"),
        pytest.param(b"\x01", id="a start without its stop"),
        pytest.param(b"\x01\x00", id="a length of zero"),
        pytest.param(b"\x01\x01\x81", id="a number without its end"),
        pytest.param(b"\x01" + b"\xff" * 9 + b"\x01", id="a number beyond all offsets"),
    ],
)
def test_lengths_without_sense_are_damaged_whatever_their_check_sum_says(runs: bytes) -> None:
    assert decode(forged(bytes(8) + runs), committed=0, log_end=2**70) == Ignored(reason=Reason.DAMAGED)


def test_a_letter_that_no_map_has_is_damage() -> None:
    assert decode("rcmap1.é", committed=0, log_end=FAR) == Ignored(reason=Reason.DAMAGED)


def test_short_and_long_ranges_come_back_as_they_were() -> None:
    edges = (1, 2, 129, 257, 16_641, 10**15)

    assert decode(encode(0, edges), committed=0, log_end=10**15) == Restored(edges=edges)


@pytest.mark.parametrize("nothing", [None, ""])
def test_a_commit_without_metadata_has_no_map(nothing: str | None) -> None:
    assert decode(nothing, committed=5, log_end=9) == Empty()


@pytest.mark.parametrize("text", ["hello", "rcmap2." + encode(0, (1, 2))[7:], '{"v":1}', "rcmap"])
def test_the_text_of_another_program_is_foreign(text: str) -> None:
    assert decode(text, committed=0, log_end=9) == Ignored(reason=Reason.FOREIGN)


def test_a_truncated_map_is_damaged() -> None:
    text = encode(0, (1, 2, 400, 90_000))

    for length in range(len("rcmap1."), len(text)):
        assert decode(text[:length], committed=0, log_end=FAR) == Ignored(reason=Reason.DAMAGED)


def test_the_map_of_another_commit_is_stale() -> None:
    assert decode(encode(5, (6, 8)), committed=4, log_end=FAR) == Ignored(reason=Reason.STALE)


def test_a_map_of_offsets_the_log_does_not_have_is_stale() -> None:
    assert decode(encode(5, (6, 8)), committed=5, log_end=7) == Ignored(reason=Reason.STALE)
    assert decode(encode(5, (6, 8)), committed=5, log_end=8) == Restored(edges=(6, 8))


def test_a_thousand_open_records_between_short_runs_fit() -> None:
    edges = edges_of(10**12, [1, 100] * 1000)

    assert len(encode(10**12, edges)) <= LIMIT
