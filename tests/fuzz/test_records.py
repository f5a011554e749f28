"""Whatever stands in a record, it has its outcome: nothing crashes, hangs, stays in memory or is passed over."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable

import pytest

from consumer.adapters.avro import REVOKE_OUTCOME, OutcomeCodec, RecordDecoder, load_schema
from consumer.core.breach import Breach, unreadable
from consumer.core.dead_letter import LONGEST_FAILURES, LONGEST_HEADER, headers, without_ours
from consumer.core.model import Millis, OrgId
from consumer.core.notification import Foreign
from consumer.core.outcome import OutcomeStatus, RevokeOutcome
from consumer.core.purchase import BillScope, bill_numbers, returned_goods
from consumer.core.reading import read_return
from consumer.core.reading_feed import read_feed
from consumer.flow.settle import letter_of_breach, outcome_of_breach, outcome_of_foreign
from consumer.ports import SchemaMissing, Undecodable
from consumer.settings import load
from consumer.wiring.decoders import record_decoder
from tests.builders import MOST_LINES, a_record
from tests.cli.given_settings import RIGHT
from tests.fuzz.floods import HUGE, LARGEST, flooded
from tests.fuzz.messages import (
    EARN,
    EARNS,
    NOTIFIED,
    RETURN,
    RETURNS,
    UNSEEN_EARNS,
    UNSEEN_NOTIFIED,
    UNSEEN_RETURNS,
    Schemas,
    as_json,
    encoded,
    unseen,
)
from tests.fuzz.mutations import Mutator
from tests.fuzz.watch import NOTHING_MUCH, growth, not_hanging, peak

RETURN_INPUTS = 45_000
EARN_INPUTS = 20_000
HERE = OrgId("here")
NOW = Millis(1_700_000_000_000)
CODEC = OutcomeCodec(load_schema(REVOKE_OUTCOME), registry=None, results_topic="results")
SETTINGS = load(
    None, RIGHT | {"CONSUMER_NOTIFICATIONS__ENABLED": "true", "CONSUMER_LIMITS__RECORD_BYTES": str(LARGEST)}
)
Read = Callable[[bytes], str]
"""What became of a value, in a word."""


def taught(decoder: RecordDecoder) -> RecordDecoder:
    async def learn() -> None:
        for schema_id in range(1, 9):
            await decoder.learn(schema_id)

    asyncio.run(learn())
    return decoder


RETURN_DECODER = taught(record_decoder(SETTINGS, "returns", Schemas(RETURN)))
EARN_DECODER = taught(record_decoder(SETTINGS, "earns", Schemas(EARN)))


def read(decoder: RecordDecoder, value: bytes) -> object:
    """As the reader of the flow does, whom the registry never tells of another schema."""
    try:
        return decoder.decode(value)
    except Undecodable as why:
        return unreadable("undecodable", str(why))
    except SchemaMissing as missing:
        return unreadable("undecodable", f"the registry does not know the schema {missing.schema_id}")


def a_return(value: bytes) -> str:
    told = read(RETURN_DECODER, value)
    if isinstance(told, Foreign):
        return published(outcome_of_foreign(a_record(value), told, NOW))
    what = told if isinstance(told, Breach) else read_return(told, HERE, MOST_LINES)  # type: ignore[arg-type]  # fields
    if isinstance(what, Breach):
        set_aside(value, what)
        return published(outcome_of_breach(a_record(value), what, NOW))
    assert len(bill_numbers(what)) <= MOST_LINES
    assert len(returned_goods(what, BillScope.TILL)) <= MOST_LINES
    return "return"


def an_earn(value: bytes) -> str:
    told = read(EARN_DECODER, value)
    if isinstance(told, Foreign):
        return "foreign"
    what = told if isinstance(told, Breach) else read_feed(told, BillScope.TILL, HERE, MOST_LINES)  # type: ignore[arg-type]  # fields
    if isinstance(what, Breach):
        set_aside(value, what)
        return "dead letter"
    return "event"


def published(outcome: RevokeOutcome) -> str:
    """The outcome goes out and comes back as it was."""
    assert CODEC.decode(CODEC.encode(outcome)) == outcome
    return outcome.status


def set_aside(value: bytes, breach: Breach) -> None:
    given = flooded(len(value))
    record = a_record(value, headers=given)
    told = headers(letter_of_breach(breach), record)
    assert told[: len(without_ours(given))] == without_ours(given)
    assert all(len(text or b"") <= max(4 * LONGEST_HEADER, LONGEST_FAILURES) for _, text in told[-11:])
    assert dict(told)["dlt-message"]


def all_of(inputs: Iterable[bytes], became: Read) -> Counter[str]:
    """What became of how many; the input that something else became of is told."""
    counted: Counter[str] = Counter()
    with not_hanging() as begin:
        for number, value in enumerate(inputs):
            begin()
            try:
                counted[became(value)] += 1
            except Exception as error:
                error.add_note(f"input {number}: {value[:2000]!r}")
                raise
    return counted


def worse(seed: int, messages: list[bytes], many: int) -> Iterable[bytes]:
    mutator = Mutator(seed, messages)
    return (mutator.message() for _ in range(many))


MESSAGES: dict[Read, list[bytes]] = {
    a_return: encoded(RETURN, RETURNS) + as_json(NOTIFIED),
    an_earn: encoded(EARN, EARNS) + as_json(NOTIFIED),
}
UNSEEN: dict[Read, list[bytes]] = {
    a_return: encoded(RETURN, UNSEEN_RETURNS) + as_json(UNSEEN_NOTIFIED),
    an_earn: encoded(EARN, UNSEEN_EARNS) + as_json(UNSEEN_NOTIFIED),
}


@pytest.mark.parametrize("seed", range(5))
def test_every_return_however_broken_is_read_or_has_its_outcome(seed: int) -> None:
    counted = all_of(worse(seed, MESSAGES[a_return], RETURN_INPUTS // 5), a_return)

    assert counted.total() == RETURN_INPUTS // 5
    assert counted.keys() == {"return", OutcomeStatus.INVALID, OutcomeStatus.NOTHING_TO_REVOKE}
    assert min(counted["return"], counted[OutcomeStatus.INVALID]) > RETURN_INPUTS // 50


@pytest.mark.parametrize("seed", range(2))
def test_every_record_of_the_earn_feed_however_broken_is_read_or_set_aside(seed: int) -> None:
    counted = all_of(worse(seed, MESSAGES[an_earn], EARN_INPUTS // 2), an_earn)

    assert counted.total() == EARN_INPUTS // 2
    assert min(counted["event"], counted["dead letter"]) > EARN_INPUTS // 20


@pytest.mark.parametrize("became", [a_return, an_earn])
def test_what_was_read_does_not_stay_in_memory(became: Read) -> None:
    assert growth(lambda seed: all_of(unseen(seed, UNSEEN[became], 250), became)) < NOTHING_MUCH


def test_one_number_that_stays_of_each_input_is_seen() -> None:
    kept: list[int] = []

    assert growth(lambda seed: kept.extend(map(hash, unseen(seed, UNSEEN[a_return], 50)))) > NOTHING_MUCH


@pytest.mark.parametrize("name", HUGE)
@pytest.mark.parametrize("became", [a_return, an_earn])
def test_a_huge_record_is_refused_and_takes_little_more_memory_than_it_has_bytes(name: str, became: Read) -> None:
    value = HUGE[name]()

    used = peak(lambda: all_of([value], became))

    assert became(value) in {OutcomeStatus.INVALID, "dead letter"}
    assert used < max(60 * LARGEST, 2 * len(value))
