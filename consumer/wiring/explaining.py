"""Settings → the ledger's story book, and what the topics have of a story."""

from collections.abc import Iterator, Sequence
from contextlib import closing

from consumer.adapters.avro import REVOKE_OUTCOME, OutcomeCodec, load_schema
from consumer.adapters.kafka.attempt import Fatal
from consumer.adapters.kafka.dead_letters import DeadLetterTopic
from consumer.adapters.kafka.scan import Scanned, TopicScan
from consumer.adapters.ledger.story import StoryBook
from consumer.core.model import Coordinates, Millis, OrgId, Record
from consumer.core.outcome import RevokeOutcome
from consumer.core.redrive import Letter, Stretch, letter_of, note_of
from consumer.core.sought import Sought, is_letter_of, is_outcome_of
from consumer.core.story import FromTopics, ToldLetter
from consumer.settings import Settings
from consumer.wiring import parts, redriving
from consumer.wiring.values import Values

PATIENCE = 10.0
"""Seconds for which a person waits for an answer of the brokers."""
MOST = 500_000
"""Records of a topic that are looked at, the newest."""


def story_book(settings: Settings) -> StoryBook:
    """The ledger, to be asked. Raises OldSchema, or FileNotFoundError where there is none."""
    codec = OutcomeCodec(load_schema(REVOKE_OUTCOME), registry=None, results_topic=settings.topics.results)
    return StoryBook(settings.ledger.location(), OrgId(settings.api.org_id or ""), codec.decode)


class TopicBook:
    """What the results and the dead letters have of something. `scanned` tells how much was looked at, by topic."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.scanned = {settings.topics.results: Scanned(), settings.topics.dead_letters: Scanned()}

    def of(self, sought: Sought, since: Millis, sent_again: Sequence[Coordinates]) -> FromTopics:
        """Look through what stands there since then, and at the records that a person sent again.

        Raises Fatal, BadOption, Unavailable.
        """
        with (
            closing(TopicScan(parts.kafka_config(self._settings), PATIENCE)) as scan,
            closing(Values(self._settings)) as values,
        ):
            return FromTopics(
                outcomes=tuple(self._outcomes(scan, values, sought, since)),
                letters=tuple(self._letters(scan, values, sought, since)),
                notes={at: note for at in sent_again if (note := _note(scan.record(at))) is not None},
            )

    def _outcomes(self, scan: TopicScan, values: Values, sought: Sought, since: Millis) -> Iterator[RevokeOutcome]:
        for record in self._scan(scan, self._settings.topics.results, since):
            told = dict(record.headers).get("event-id")
            if sought.event_id is not None and told is not None and told != sought.event_id.encode("utf-8", "replace"):
                continue
            outcome = values.outcome(record)
            if outcome is not None and is_outcome_of(sought, outcome):
                yield outcome

    def _letters(self, scan: TopicScan, values: Values, sought: Sought, since: Millis) -> Iterator[ToldLetter]:
        found = [
            letter
            for letter in map(letter_of, self._scan(scan, self._settings.topics.dead_letters, since))
            if is_letter_of(sought, letter, values.fields(letter.record) or {})
        ]
        stretches = self._stretches() if found else ()
        return (ToldLetter(letter=letter, sent_again=_is_sent(letter, stretches)) for letter in found)

    def _scan(self, scan: TopicScan, topic: str, since: Millis) -> Iterator[Record]:
        return scan.since(topic, since, MOST, self.scanned[topic])

    def _stretches(self) -> Sequence[Stretch]:
        """What earlier redrives sent; nothing where we may not know."""
        name = redriving.group(self._settings)
        try:
            with closing(DeadLetterTopic(parts.kafka_config(self._settings), name)) as topic:
                return topic.stretches()
        except Fatal:
            return ()


def _is_sent(letter: Letter, stretches: Sequence[Stretch]) -> bool | None:
    source = letter.record.source
    for stretch in stretches:
        if stretch.partition == source.partition:
            redriven = stretch.redriven
            return source.offset < redriven.position or redriven.is_sent(source.offset)
    return None


def _note(record: Record | None) -> str | None:
    return None if record is None else note_of(record)
