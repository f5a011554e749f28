"""The span of a return: from the way in to the outcome. It goes along with the record."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from opentelemetry.trace import Span, SpanKind, StatusCode, Tracer

from consumer.adapters.traces import names
from consumer.adapters.traces.context import traceparent_of, within
from consumer.core.model import Record
from consumer.core.trace import TRACEPARENT, traceparent
from consumer.ports import Completion, Drain, Intake, Partition, Publisher


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedRecord(Record):
    """A record that names its own span where it came with another's.

    One that is let go takes its span with it, unended and so never told: the next owner of its partition tells of it.
    """

    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedIntake:
    """Begins the spans of the records of one topic; the others pass as they are."""

    intake: Intake
    tracer: Tracer
    topic: str
    group: str

    def received(self, records: Sequence[Record]) -> None:
        """New records, in the order of each partition."""
        self.intake.received([self._begun(it) if it.source.topic == self.topic else it for it in records])

    def assigned(self, partitions: Mapping[Partition, int]) -> None:
        """Partitions are ours now, each with its epoch."""
        self.intake.assigned(partitions)

    def revoked(self, partitions: Sequence[Partition]) -> Drain:
        """Start no new attempt for these."""
        return self.intake.revoked(partitions)

    def lost(self, partitions: Sequence[Partition]) -> None:
        """These are another's already."""
        self.intake.lost(partitions)

    def _begun(self, record: Record) -> TracedRecord:
        span = self.tracer.start_span(
            names.process(self.topic),
            within(traceparent(record)),
            SpanKind.CONSUMER,
            {
                names.MESSAGING_SYSTEM: "kafka",
                names.OPERATION_NAME: "process",
                names.OPERATION_TYPE: "process",
                names.GROUP: self.group,
                names.TOPIC: self.topic,
                names.PARTITION: str(record.source.partition),
                names.OFFSET: record.source.offset,
            },
        )
        others = (header for header in record.headers if header[0] != TRACEPARENT)
        return TracedRecord(
            source=record.source,
            epoch=record.epoch,
            key=record.key,
            value=record.value,
            headers=(*others, (TRACEPARENT, traceparent_of(span).encode())),
            timestamp=record.timestamp,
            number=record.number,
            span=span,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedPublisher:
    """Ends the spans of the records whose outcome stands. A dead letter is an error: a person must look at it."""

    publisher: Publisher

    def publish(self, completions: Sequence[Completion]) -> None:
        """Publish each in the order given."""
        self.publisher.publish(completions)
        for completion in completions:
            if isinstance(completion.record, TracedRecord):
                _end(completion.record.span, completion)


def _end(span: Span, completion: Completion) -> None:
    if completion.status is not None:
        span.set_attribute(names.OUTCOME, completion.status.value)
    if completion.dead_letter_reason is not None:
        span.set_attribute(names.ERROR, completion.dead_letter_reason)
        span.set_status(StatusCode.ERROR)
    span.end()
