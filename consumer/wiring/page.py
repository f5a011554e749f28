"""What the page for people shows of the running parts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from consumer.adapters.kafka import PartitionStatus
from consumer.adapters.metrics import Snapshot, Totals
from consumer.adapters.web import Answered, Instance, Lane, Page, Partition, Series, SetAside, Topic
from consumer.core.breaker import Held
from consumer.core.model import Millis
from consumer.core.outcome import OutcomeCause, RevokeOutcome
from consumer.wiring import history, views
from consumer.wiring.facts import facts
from consumer.wiring.headline import Moment, headline
from consumer.wiring.history import Count, History, Sample

MOST_LANES = 10
MILLISECONDS = 1000
MEANINGS: Mapping[str, str] = {
    "729": "the customer has spent it",
    "730": "its kind of promotion cannot be revoked",
    "731": "the vendor does not take the earn's id",
    "404": "the vendor does not know promotion, earn or customer",
    "400": "the vendor refuses the request for good",
    "exhausted": "this customer alone kept failing",
    "undecodable": "the record cannot be read",
    "invalid": "the record makes no sense",
    "tombstone": "the record is empty",
    "other": "another reason",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """Where the page takes what it shows from."""

    instance: Instance
    seen: views.Seen
    totals: Callable[[], Totals]
    latest: Callable[[], tuple[RevokeOutcome, ...]]
    """The newest first."""
    history: History


def sample(seen: views.Seen, counts: Totals) -> Sample:
    """What the plots are made of."""
    return Sample(
        at=seen.loop.time(),
        outcomes=counts.outcomes,
        calls=counts.calls,
        dead_letters=sum(counts.dead_letters.values()),
        oldest=_age(seen, seen.lanes.oldest()) or 0.0,
    )


def page(shown: Shown) -> Page:
    """The page as it is now."""
    seen, counts = shown.seen, shown.totals()
    now = views.snapshot(seen)
    moment = _moment(seen, now)
    return Page(
        instance=shown.instance,
        at=seen.now(),
        headline=headline(moment),
        since=seen.loop.time() - seen.phases.since,
        facts=facts(moment, now, counts),
        series=_series((*shown.history.samples(), sample(seen, counts)), now),
        lanes=tuple(
            Lane(age=_age(seen, lane.oldest) or 0.0, records=lane.records, working=lane.working)
            for lane in seen.lanes.oldest_first(MOST_LANES)
        ),
        lanes_in_all=now.lanes_working + now.lanes_waiting,
        set_aside=tuple(
            SetAside(reason=reason, meaning=MEANINGS[reason], count=count)
            for reason, count in counts.dead_letters.items()
            if count
        ),
        answered=tuple(_answered(outcome) for outcome in shown.latest()),
        topics=_topics(seen.kafka().partitions, counts),
    )


def _moment(seen: views.Seen, now: Snapshot) -> Moment:
    _, looked_at = views.live(seen)
    begun, breaker = seen.oldest_call(), seen.gate.breaker
    problems = looked_at["problems"]
    return Moment(
        phase=now.phase,
        holds=now.holds,
        kafka=seen.kafka(),
        problems=[str(problem) for problem in problems] if isinstance(problems, list) else [],
        open=now.redelivered_if_killed,
        oldest=_age(seen, now.oldest_in_flight),
        calls=seen.gate.under_way,
        oldest_call=None if begun is None else seen.loop.time() - begun,
        next_try=max(0.0, breaker.until - seen.loop.time()) if isinstance(breaker, Held) else None,
        quota_used=now.quota_used,
    )


def _series(samples: Sequence[Sample], now: Snapshot) -> tuple[Series, ...]:
    """The last of the samples is of this moment."""
    at = samples[-1].at

    def a_minute(title: str, count: Count, limit: float | None = None) -> Series:
        return Series(title=title, unit="count", points=history.a_minute(samples, count, at), limit=limit)

    return (
        a_minute("Outcomes a minute", lambda it: it.outcomes),
        Series(title="Oldest open record", unit="seconds", points=history.oldest(samples, at)),
        a_minute("Calls a minute", lambda it: it.calls, now.quota_limit_per_minute or None),
        a_minute("Dead letters a minute", lambda it: it.dead_letters),
    )


def _topics(partitions: tuple[PartitionStatus, ...], counts: Totals) -> tuple[Topic, ...]:
    by_topic: dict[str, list[Partition]] = {}
    for each in sorted(partitions, key=lambda it: (it.partition.topic, it.partition.partition)):
        by_topic.setdefault(each.partition.topic, []).append(
            Partition(
                number=each.partition.partition,
                watermark=each.watermark,
                open=each.open,
                behind=counts.lag.get(each.partition),
                map_used=each.map_used_ratio,
                paused=each.paused,
            )
        )
    return tuple(Topic(name=name, partitions=tuple(found)) for name, found in by_topic.items())


def _answered(outcome: RevokeOutcome) -> Answered:
    notes = (
        outcome.cause.value if outcome.cause is not OutcomeCause.RETURN else "",
        ", ".join(map(str, outcome.error_codes)),
        "dead letter" if outcome.dead_lettered else "",
    )
    return Answered(
        at=outcome.decided_at,
        event_id=outcome.event_id or "",
        source=outcome.source,
        status=outcome.status,
        notes=tuple(filter(None, notes)),
    )


def _age(seen: views.Seen, at: Millis | None) -> float | None:
    return None if at is None else max(0.0, (seen.now() - at) / MILLISECONDS)
