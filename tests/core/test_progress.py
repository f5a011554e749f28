"""The progress of one partition, checked against a plain model of it."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consumer.core.offset_map import Empty, Restored, decode
from consumer.core.progress import Progress, Snapshot, Window

FAR = 10**9


def restore(snapshot: Snapshot) -> Progress:
    """What the next owner makes of a commit."""
    match decode(snapshot.metadata, committed=snapshot.offset, log_end=FAR):
        case Restored(edges=edges):
            return Progress(snapshot.offset, edges)
        case Empty():
            return Progress(snapshot.offset)
        case other:
            raise AssertionError(other)


def admitted(progress: Progress, offsets: list[int]) -> list[int]:
    return [offset for offset in offsets if progress.admit(offset)]


def test_the_watermark_stands_at_the_first_open_record() -> None:
    progress = Progress(0)
    admitted(progress, [0, 1, 2, 3])

    after = progress.without([1, 3])

    assert (after.watermark, after.open) == (0, 2)
    assert after.without([0]).watermark == 2
    assert after.without([0, 2]).watermark == 4


def test_a_step_leaves_the_state_before_it_untouched() -> None:
    progress = Progress(10)
    admitted(progress, [10, 11, 12])
    before = progress.snapshot()

    progress.step([10, 11])

    assert progress.snapshot() == before
    assert progress.open == 3


def test_a_record_that_the_map_calls_published_is_skipped() -> None:
    progress = Progress(10, (11, 13))

    assert admitted(progress, [10, 11, 12, 13]) == [10, 13]


def test_a_record_delivered_again_is_skipped() -> None:
    progress = Progress(10)

    assert admitted(progress, [10, 11, 11, 10, 12]) == [10, 11, 12]


def test_offsets_passed_over_are_bridged() -> None:
    progress = Progress(0)
    admitted(progress, [0, 2, 4, 6])

    snapshot = progress.without([2, 4]).snapshot()

    assert decode(snapshot.metadata, committed=0, log_end=FAR) == Restored(edges=(1, 6))


def test_a_map_stays_in_the_commit_until_its_records_are_delivered() -> None:
    progress = Progress(10, (11, 13, 20, 30))
    admitted(progress, [10])

    assert restore(progress.snapshot()).snapshot() == Progress(10, (11, 13, 20, 30)).snapshot()
    assert progress.without([10]).snapshot().offset == 13


def test_a_restored_run_at_the_end_of_what_was_delivered_moves_the_watermark() -> None:
    progress = Progress(10, (11, 200))
    admitted(progress, [10])

    assert progress.without([10]).snapshot() == Snapshot(offset=200, metadata="")


@given(
    log=st.sets(st.integers(0, 60), max_size=50).map(sorted),
    lives=st.lists(
        st.tuples(st.integers(0, 50), st.sets(st.integers(0, 60)), st.integers(1, 4)), min_size=1, max_size=5
    ),
)
def test_over_any_restarts_each_record_is_admitted_until_published_and_never_after(
    log: list[int], lives: list[tuple[int, set[int], int]]
) -> None:
    published: set[int] = set()
    commit = Snapshot(offset=0, metadata="")
    for reach, complete, batches in lives:
        progress = restore(commit)
        delivered = [offset for offset in log if offset >= commit.offset][:reach]
        opened = admitted(progress, delivered)
        assert opened == [offset for offset in delivered if offset not in published]
        for batch in range(batches):
            ready = [offset for offset in opened if offset in complete and offset % batches == batch]
            taken = progress.step(ready)
            assert taken.published == set(ready)
            progress, commit = taken.progress, taken.snapshot
            published |= taken.published
            assert all(offset in published for offset in log if offset < commit.offset)
        assert progress.open == len(set(opened) - published)


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.sets(st.integers(0, 3000), max_size=300), st.integers(1, 3))
def test_what_the_map_has_no_room_for_waits_and_is_never_stuck(gone: set[int], width: int) -> None:
    progress = Progress(0)
    admitted(progress, [offset * width for offset in range(6000)])
    ready = {offset * width for offset in range(6000) if offset % 2 or offset in gone}

    taken = progress.step(ready)
    assert taken.snapshot.used_ratio <= 1 or not taken.published
    assert taken.published <= ready

    rest = taken.progress.step([offset * width for offset in range(6000) if offset * width not in taken.published])
    assert rest.progress.open == 0


def test_the_earliest_records_go_first_when_the_map_is_full() -> None:
    progress = Progress(0)
    admitted(progress, list(range(10_000)))
    ready = range(1, 10_000, 2)

    taken = progress.step(ready)

    assert 0 < len(taken.published) < len(ready)
    assert max(taken.published) < min(set(ready) - taken.published)
    assert 0.3 < taken.snapshot.used_ratio <= 1


def test_membership_tells_open_from_published() -> None:
    progress = Progress(0)
    admitted(progress, [0, 1])

    after = progress.without([0])

    assert 0 not in after
    assert 1 in after


@given(st.integers(1, 5000), st.data())
def test_a_window_is_never_exceeded_by_one_more_batch(size: int, data: st.DataObject) -> None:
    window = Window(size=size)
    opened = data.draw(st.integers(0, size))

    assert window.must_pause(opened, 0.0) or opened + window.batch <= size
    assert not (window.must_pause(opened, 0.0) and window.may_resume(opened, 0.0))


def test_a_nearly_full_map_pauses_an_empty_window() -> None:
    window = Window(size=1000)

    assert window.must_pause(1, 0.75)
    assert not window.may_resume(1, 0.75)
    assert window.may_resume(1, 0.74)
