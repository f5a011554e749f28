"""An oracle, written from the contract alone: all that is wrong with the evidence of one run."""

from collections.abc import Iterator
from typing import Any, cast

from tests.end_to_end import letters, vendor_calls
from tests.end_to_end.case import Case, Coordinates, source_of, verdicts_of
from tests.end_to_end.form import common, of_duplicate, of_invalid, of_return
from tests.end_to_end.takes import Choice, Ordered
from tests.end_to_end.truth import Earned, EarnTruth, Evidence, Produced, ReturnTruth, Seen
from tests.end_to_end.verdicts import if_taken, matches, revocable


def complaints(evidence: Evidence) -> list[str]:
    """Every breach of the contract; an empty list is a proof of this run."""
    return breaches(Case(evidence))


def breaches(case: Case) -> list[str]:
    """The same, of evidence that is indexed already."""
    return [
        *every_record_has_its_outcome(case),
        *returns_say_what_is_true(case),
        *late_earns(case),
        *revoked_once(case),
        *in_order(case),
        *outcomes_are_distinct(case),
        *letters.wrong(case),
        *vendor_calls.wrong(case),
    ]


def every_record_has_its_outcome(case: Case) -> Iterator[str]:
    known = {record.coordinates for record in case.evidence.produced}
    for where in case.outcomes.keys() - known:
        yield f"{where}: an outcome of no record"
    for record in case.returns:
        count = len(case.outcomes.get(record.coordinates, []))
        if count != 1:
            yield f"{record.coordinates}: {count} outcomes for one record"
    for copies in case.copies.values():
        counting = [record for record in copies if case.is_counting(record)]
        if len(counting) != 1:
            yield f"{copies[0].coordinates}: {len(counting)} of {len(copies)} copies are no duplicate"
        for record in counting:
            earlier = [
                copy
                for copy in copies
                if copy.given.wave < record.given.wave
                or (copy.given.partition == record.given.partition and copy.offset < record.offset)
            ]
            if earlier:
                yield f"{record.coordinates}: counts, though {earlier[0].coordinates} came before"


def returns_say_what_is_true(case: Case) -> Iterator[str]:
    for record in case.returns:
        for seen in case.outcomes.get(record.coordinates, []):
            yield from (f"{record.coordinates}: {wrong}" for wrong in of_one(case, record, seen))


def of_one(case: Case, record: Produced, seen: Seen) -> Iterator[str]:
    yield from common(case, record, seen)
    truth = record.given.truth
    if seen.outcome["cause"] != "RETURN":
        yield f"cause {seen.outcome['cause']}"
    if not isinstance(truth, ReturnTruth):
        yield from of_invalid(record, seen)
    elif not case.is_counting(record):
        yield from of_duplicate(truth, seen)
    else:
        yield from of_return(truth, seen)
        yield from verdicts(case, case.ordered(record), seen)


def verdicts(case: Case, ordered: Ordered, seen: Seen) -> Iterator[str]:
    """Each earn of the purchase once, with a verdict that this moment allows."""
    wave = ordered.record.given.wave
    said = {verdict["earn_id"]: verdict for verdict in verdicts_of(seen)}
    if len(said) != len(verdicts_of(seen)):
        yield "an earn has two verdicts"
    looked_up = [earn for brought in ordered.truth.brought for earn in case.earns_of_bill[brought.bill]]
    for earn in looked_up:
        told = case.told[earn.earn_id, "EARNED"]
        verdict = said.pop(earn.earn_id, None)
        if verdict is None:
            if told < wave:
                yield f"no verdict for {earn.earn_id}"
        elif told > wave:
            yield f"a verdict for {earn.earn_id}, which nobody told yet"
        else:
            yield from of_earn(case, earn, verdict, case.choices(earn, ordered), seen)
    for earn_id in said:
        yield f"a verdict for {earn_id}, which is not of this purchase"


def of_earn(case: Case, earn: Earned, verdict: dict[str, Any], choices: set[Choice], seen: Seen) -> Iterator[str]:
    if verdict["promotion_id"] != earn.promotion_id:
        yield f"{earn.earn_id}: promotion {verdict['promotion_id']}"
    if verdict["verdict"] == "KEPT_BY_POLICY":
        if verdict["message"] not in choices - {"take"}:
            yield f"{earn.earn_id}: kept as {verdict['message']}, legal: {choices}"
    elif "take" not in choices or not matches(verdict, if_taken(case, earn, seen)):
        legal = if_taken(case, earn, seen) if "take" in choices else choices
        yield f"{earn.earn_id} ({earn.at_the_vendor}): {verdict}, legal: {legal}"


def late_earns(case: Case) -> Iterator[str]:
    """A further outcome for an earn that came after the first return whose plan takes it, and no other."""
    first_copies = {copies[0].coordinates for copies in case.earned.values()}
    for record in case.earn_records:
        seen = case.outcomes.get(record.coordinates, [])
        where, truth = record.coordinates, record.given.truth
        takers = []
        if isinstance(truth, EarnTruth) and truth.kind == "EARNED":
            takers = [each for each in case.takers(truth.earn) if each.record.given.wave <= record.given.wave]
        if not takers:
            if seen:
                yield f"{where}: a late outcome that nothing asks for"
            continue
        if len(seen) > 1:
            yield f"{where}: {len(seen)} late outcomes"
        assert isinstance(truth, EarnTruth)
        if not seen and where in first_copies and not was_seen(case, record, truth.earn):
            yield f"{where}: no late outcome for {truth.earn.earn_id}"
        for each in seen:
            yield from (f"{where}: {wrong}" for wrong in of_late(case, record, takers[0], each))


def was_seen(case: Case, record: Produced, earn: Earned) -> bool:
    """Whether a return that raced with the earn's record saw it, so that no late outcome is due."""
    racing = [each for each in case.takers(earn) if each.record.given.wave == record.given.wave]
    return any(
        verdict["earn_id"] == earn.earn_id and verdict["verdict"] != "KEPT_BY_POLICY"
        for taker in racing
        for seen in case.outcomes.get(taker.record.coordinates, [])
        for verdict in verdicts_of(seen)
    )


def of_late(case: Case, record: Produced, taker: Ordered, seen: Seen) -> Iterator[str]:
    yield from common(case, record, seen)
    yield from of_return(taker.truth, seen)
    if seen.outcome["cause"] != "LATE_EARN":
        yield f"cause {seen.outcome['cause']}"
    truth = record.given.truth
    assert isinstance(truth, EarnTruth)
    said = verdicts_of(seen)
    if [verdict["earn_id"] for verdict in said] != [truth.earn.earn_id]:
        yield f"verdicts {said}"
        return
    yield from of_earn(case, truth.earn, said[0], {"take"}, seen)


def revoked_once(case: Case) -> Iterator[str]:
    """REVOKED in one outcome at most, and before any ALREADY_REVOKED of the same partition."""
    where_said: dict[str, dict[str, list[Seen]]] = {}
    for seen in case.evidence.outcomes:
        for verdict in verdicts_of(seen):
            kinds = where_said.setdefault(verdict["earn_id"], {})
            kinds.setdefault(verdict["verdict"], []).append(seen)
    returns = {record.coordinates for record in case.returns}
    for earn_id, kinds in where_said.items():
        earn = case.earns.get(earn_id)
        if earn is None or not revocable(earn):
            continue
        gone = kinds.get("ALREADY_REVOKED", [])
        revoked, already = [source_of(seen) for seen in kinds.get("REVOKED", [])], [source_of(seen) for seen in gone]
        if len(revoked) > 1:
            yield f"{earn_id}: REVOKED in {revoked}"
        if gone and not revoked and not case.fate_was_unclear(earn_id, min(map(case.decided, gone))):
            yield f"{earn_id}: ALREADY_REVOKED in {already}, though nobody revoked it before"
        if revoked and revoked[0] in returns:
            _, partition, offset = revoked[0]
            for other in already:
                if other in returns and other[1] == partition and other[2] < offset:
                    yield f"{earn_id}: ALREADY_REVOKED in {other}, before its REVOKED in {revoked[0]}"


def in_order(case: Case) -> Iterator[str]:
    """Outcomes of one customer from one partition follow the offsets."""
    returns_topic = {record.topic for record in case.returns}
    last: dict[tuple[object, int], tuple[int, int]] = {}
    for seen in sorted(case.evidence.outcomes, key=lambda each: (each.partition, each.offset)):
        topic, partition, offset = source_of(seen)
        customer = seen.outcome["customer_id"]
        if topic not in returns_topic or customer is None:
            continue
        results_partition, before = last.get((customer, partition), (seen.partition, -1))
        if results_partition != seen.partition:
            yield f"customer {customer}: outcomes in two partitions of the results"
        if offset < before:
            yield f"{source_of(seen)}: after the outcome of offset {before}"
        last[customer, partition] = seen.partition, offset


def outcomes_are_distinct(case: Case) -> Iterator[str]:
    seen_ids: dict[str, Coordinates] = {}
    for seen in case.evidence.outcomes:
        outcome_id = cast("str", seen.outcome["outcome_id"])
        if not outcome_id or outcome_id in seen_ids:
            yield f"{source_of(seen)}: outcome_id {outcome_id!r} of {seen_ids.get(outcome_id)}"
        seen_ids[outcome_id] = source_of(seen)
