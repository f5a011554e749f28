"""What is judged between two mishaps: all that is settled, each world until it is told to its end."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import pytest

from tests.chaos.court import Court, News, overdue
from tests.chaos.load import Counts
from tests.end_to_end.a_run import TIMESTAMP, a_call, a_run, spoiled
from tests.end_to_end.lives import CALLS_OF_A_SLOT
from tests.end_to_end.oracle import complaints
from tests.end_to_end.truth import Evidence, Letter, Produced, Seen, Stumble, VendorCall, VendorState
from tests.end_to_end.world import World

RUN = a_run()
ALL = {("returns", 0): 5, ("earns", 0): 4}
NOT_ALL = {**ALL, ("returns", 0): 4}
HELD: tuple[int, str, VendorState] = (7, "P1", "held")


class Witnessed:
    """A run of which so much is told by now; what its readers were given they are not given again."""

    def __init__(self, run: Evidence) -> None:
        self.run = run
        self._given: list[Seen | Letter] = []

    def written_since(self, counts: Counts) -> Iterator[Produced]:
        return (
            record
            for record in self.run.produced
            if record.offset >= counts.get((record.topic, record.given.partition), 0)
        )

    def evidence_of(
        self, produced: Sequence[Produced], outcomes: Sequence[Seen], letters: Sequence[Letter]
    ) -> Evidence:
        return replace(self.run, produced=tuple(produced), outcomes=tuple(outcomes), letters=tuple(letters))

    def news(self) -> News:
        return News(
            outcomes=lambda: [seen for seen in self.run.outcomes if self._is_new(seen)],
            letters=lambda: [letter for letter in self.run.letters if self._is_new(letter)],
        )

    def _is_new(self, each: Seen | Letter) -> bool:
        is_new = not any(each is other for other in self._given)
        self._given.append(each)
        return is_new


BEGUN = replace(
    RUN,
    produced=RUN.produced[:-1],
    outcomes=RUN.outcomes[:-1],
    vendor=replace(RUN.vendor, revoked_by_us=frozenset({"e1"}), calls=RUN.vendor.calls[:1]),
)
"""Before the late earn was told."""


def a_court(witnessed: Witnessed, elsewhere: Sequence[str] = ()) -> Court:
    """Of a world, which is the whole run, and of another one that is at its end and had these earns."""
    one, other = (dict.fromkeys(earns, HELD) for earns in (("e1", "e2", "e3", "e4"), elsewhere))
    given = tuple(each.given for each in RUN.produced)
    return Court(witnessed, witnessed.news(), [World(given=given, vendor=one), World(given=(), vendor=other)])


def judged(run: Evidence, settled: Counts = ALL) -> list[str]:
    return complaints(a_court(Witnessed(run)).hearing(settled).evidence)


def test_a_world_is_judged_as_far_as_it_is_told_until_it_is_told_to_its_end() -> None:
    witnessed = Witnessed(BEGUN)
    court = a_court(witnessed)

    begun = court.hearing(ALL)
    court.dismiss(begun)
    witnessed.run = RUN
    ended = court.hearing(ALL)
    court.dismiss(ended)
    after = court.hearing(ALL)

    assert [len(each.evidence.outcomes) for each in (begun, ended, after)] == [5, 6, 0]
    assert [sorted(each.ended) for each in (begun, ended, after)] == [[1], [0], []]
    assert complaints(begun.evidence) == complaints(ended.evidence) == []


def test_a_world_with_a_record_that_is_not_settled_waits() -> None:
    hearing = a_court(Witnessed(RUN)).hearing(NOT_ALL)

    assert (hearing.open, sorted(hearing.ended)) == (5, [1])
    assert hearing.evidence.produced == ()
    assert hearing.waiting == ()


STUCK: Mapping[str, tuple[Evidence, Counts, str]] = {
    "a return that others overtook": (replace(RUN, outcomes=RUN.outcomes[1:]), NOT_ALL, "returns 0"),
    "the last return": (replace(RUN, outcomes=RUN.outcomes[:4]), NOT_ALL, "returns 4"),
    "the earn feed": (RUN, {**NOT_ALL, ("earns", 0): 1}, "earns 1"),
}


@pytest.mark.parametrize("what", STUCK)
def test_what_a_world_waits_for_is_a_breach_once_its_time_is_over(what: str) -> None:
    run, settled, name = STUCK[what]
    written = TIMESTAMP / 1000

    waiting = a_court(Witnessed(run)).hearing(settled).waiting

    assert [f"{record.topic} {record.offset}" for record in waiting] == [name]
    assert list(overdue(waiting, now=written + 419, within=420)) == []
    (told,) = overdue(waiting, now=written + 421, within=420)
    assert told.endswith(": not settled 420 s after it was written")


def test_all_worlds_can_be_judged_once_more() -> None:
    court = a_court(Witnessed(RUN))
    court.dismiss(court.hearing(ALL))

    court.recall()

    assert court.hearing(ALL).evidence.produced == RUN.produced


HARM: Mapping[str, tuple[Evidence, str]] = {
    "lost": (replace(BEGUN, outcomes=BEGUN.outcomes[1:]), "0 outcomes for one record"),
    "doubled": (replace(BEGUN, outcomes=(*BEGUN.outcomes, replace(BEGUN.outcomes[2]))), "2 outcomes for one record"),
    "set aside": (spoiled(BEGUN, 3, dead_lettered=False), "a dead letter that nothing asks for"),
    "asked again": (
        replace(BEGUN, vendor=replace(BEGUN.vendor, calls=(*BEGUN.vendor.calls, a_call("again", "e1", 9.0)))),
        "again repeats req-1",
    ),
}


@pytest.mark.parametrize("harm", HARM)
def test_each_harm_is_told_before_its_world_is_at_its_end(harm: str) -> None:
    run, words = HARM[harm]

    assert judged(BEGUN) == []
    assert any(words in complaint for complaint in judged(run))


def with_calls(run: Evidence, *calls: VendorCall) -> Evidence:
    return replace(run, vendor=replace(run.vendor, calls=(*run.vendor.calls, *calls)))


AGAIN = a_call("again", "e1", 9.0)
AFTERWARDS: Mapping[str, tuple[Evidence, str]] = {
    "an outcome": (replace(RUN, outcomes=(*RUN.outcomes, replace(RUN.outcomes[2]))), "2 outcomes for one record"),
    "a dead letter": (replace(RUN, letters=(*RUN.letters, replace(RUN.letters[0]))), "2 dead letters"),
    "a call": (with_calls(RUN, AGAIN), "e1: again repeats req-1"),
}


@pytest.mark.parametrize("what", AFTERWARDS)
def test_what_comes_for_a_world_that_was_judged_for_good_is_judged_with_all_of_it(what: str) -> None:
    witnessed = Witnessed(RUN)
    court = a_court(witnessed)
    court.dismiss(court.hearing(ALL))

    witnessed.run, words = AFTERWARDS[what]
    hearing = court.hearing(ALL)
    court.dismiss(hearing)

    assert any(words in complaint for complaint in complaints(hearing.evidence))
    assert complaints(court.hearing(ALL).evidence) == []


def test_a_call_that_may_be_repeated_may_be_so_after_its_world_was_judged_for_good() -> None:
    witnessed = Witnessed(RUN)
    court = a_court(witnessed)
    court.dismiss(court.hearing(ALL))

    unaware = Stumble(caller="two", began=8.5, ended=10.0)
    witnessed.run = replace(with_calls(RUN, replace(AGAIN, caller="two")), stumbles=(unaware,))
    evidence = court.hearing(ALL).evidence

    assert len(evidence.vendor.calls) == len(RUN.vendor.calls) + 1
    assert complaints(evidence) == []


ELSEWHERE = {"topic": "returns", "partition": 9, "offset": 0}
NOBODY_ASKED: Mapping[str, tuple[Evidence, str]] = {
    "an outcome": (
        replace(BEGUN, outcomes=(*BEGUN.outcomes, *spoiled(RUN, 5, source=ELSEWHERE).outcomes[5:])),
        "an outcome of no record",
    ),
    "a dead letter": (
        replace(BEGUN, letters=(*BEGUN.letters, replace(BEGUN.letters[0], headers=(("dlt-topic", b"returns"),)))),
        "a dead letter that nothing asks for",
    ),
    "a call": (with_calls(BEGUN, a_call("foreign", "x1", 9.0)), "foreign: asked for x1 of None"),
    "a complaint of the vendor": (
        replace(BEGUN, vendor=replace(BEGUN.vendor, complaints=("wrong credentials",))),
        "wrong credentials",
    ),
}


@pytest.mark.parametrize("what", NOBODY_ASKED)
def test_what_is_nobodys_is_told_once_though_its_hearing_may_be_held_again(what: str) -> None:
    run, words = NOBODY_ASKED[what]
    court = a_court(Witnessed(run))

    first, again = court.hearing(ALL), court.hearing(ALL)
    court.dismiss(again)
    after = court.hearing(ALL)

    told = [[words in complaint for complaint in complaints(each.evidence)] for each in (first, again, after)]
    assert [any(each) for each in told] == [True, True, False]
    assert after.evidence.produced


def test_a_kill_excuses_the_last_calls_of_an_instance_whomever_they_were_for() -> None:
    others = tuple(a_call(f"other-{at}", f"x{at}", 3.0 + at / 10) for at in range(CALLS_OF_A_SLOT))
    calls = (*BEGUN.vendor.calls, *others, a_call("again", "e1", 9.0))
    repeated = replace(BEGUN, kills=(7.0,), vendor=replace(BEGUN.vendor, calls=calls))
    court = a_court(Witnessed(repeated), elsewhere=[earn_id for call in others for earn_id in call.earn_ids])

    court.dismiss(court.hearing(ALL))
    evidence = court.hearing(ALL).evidence

    assert evidence.elsewhere == others
    assert complaints(evidence) == ["e1: again repeats req-1, answered revoked"]
