"""What a storm left behind, counted: what was lost, doubled, set aside without need, asked again."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from tests.chaos.limits import Limit, verdict
from tests.chaos.recovery import Recovery
from tests.end_to_end.case import Case
from tests.end_to_end.letters import place
from tests.end_to_end.oracle import breaches
from tests.end_to_end.truth import Evidence
from tests.end_to_end.vendor_calls import repeats

MOST_TOLD = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """The counts of one storm. `breaches` are the oracle's complaints, which tell of the other counts as well."""

    returns: int
    calls: int
    lost: int
    duplicates: int
    false_letters: int
    repeats_allowed: int
    repeats_not_allowed: int
    breaches: tuple[str, ...]


def tally(evidence: Evidence) -> Tally:
    """Count. A dead letter is false where the oracle finds anything wrong with its record's outcome or with itself."""
    case = Case(evidence)
    found = breaches(case)
    counts = [len(case.outcomes.get(record.coordinates, [])) for record in case.returns]
    wrong = {complaint.partition("): ")[0] + ")" for complaint in found}
    asked_again = sum(
        first.told[earn_id] != "failed" for earn_id, calls in case.calls.items() for first, _ in pairwise(calls)
    )
    not_allowed = sum(1 for _ in repeats(case))
    return Tally(
        returns=len(counts),
        calls=len(evidence.vendor.calls),
        lost=counts.count(0),
        duplicates=sum(len(seen) - 1 for seen in case.outcomes.values()),
        false_letters=sum(str(place(letter)) in wrong for letter in evidence.letters),
        repeats_allowed=asked_again - not_allowed,
        repeats_not_allowed=not_allowed,
        breaches=tuple(found),
    )


def in_short(told: Tally, open_: int) -> str:
    """The counts in one line; `open_` returns could not be judged yet."""
    waiting = f", {open_} wait" if open_ else ""
    return (
        f"{told.returns} returns judged{waiting}: lost {told.lost}, twice {told.duplicates}, "
        f"false dead letters {told.false_letters}, "
        f"repeats {told.repeats_allowed} allowed and {told.repeats_not_allowed} not, breaches {len(told.breaches)}"
    )


def lines(told: Tally) -> Iterator[str]:
    """The counts, one line each, and the first of what is wrong."""
    yield f"returns                {told.returns}"
    yield f"calls of the vendor    {told.calls}"
    yield f"lost                   {told.lost}"
    yield f"duplicate outcomes     {told.duplicates}"
    yield f"false dead letters     {told.false_letters}"
    yield f"repeats, allowed       {told.repeats_allowed}"
    yield f"repeats, not allowed   {told.repeats_not_allowed}"
    yield f"breaches of all kinds  {len(told.breaches)}"
    yield from (f"  {breach}" for breach in told.breaches[:MOST_TOLD])


def recoveries(times: Iterable[Recovery], limits: Mapping[str, Limit]) -> Iterator[str]:
    """For each mishap how often it came, the seconds to the first outcome and to one of each partition, its limit."""
    by_mishap: dict[str, list[Recovery]] = defaultdict(list)
    for recovery in times:
        by_mishap[recovery.mishap].append(recovery)
    if not by_mishap:
        return
    width = max(map(len, by_mishap))
    yield f"{'seconds to an outcome':{width}}  times  first: median   most   in each partition: median   most"
    for mishap, those in sorted(by_mishap.items()):
        first, whole = [each.first for each in those], [each.whole for each in those]
        kept = verdict(those, limits.get(mishap))
        yield f"{mishap:{width}}  {len(those):5}  {_of(first, 13)}  {_of(whole, 26)}{kept}"


def _of(seconds: Sequence[float], width: int) -> str:
    return f"{median(seconds):{width}.1f}  {max(seconds):5.1f}"
