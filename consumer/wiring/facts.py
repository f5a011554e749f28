"""The figures that a person looks at first, each with what it means here."""

from collections.abc import Mapping

from consumer.adapters.metrics import Snapshot, Totals
from consumer.adapters.metrics.labels import CircuitState
from consumer.adapters.web import Fact, Tone
from consumer.adapters.web.words import counted, duration, number, percent
from consumer.wiring.headline import USED_UP, Moment

BREAKER: Mapping[CircuitState, tuple[str, Tone]] = {
    "closed": ("calls go to the vendor", "quiet"),
    "half_open": ("one call tries, the others wait", "waits"),
    "open": ("nobody calls; the next try {when}", "waits"),
}


def facts(moment: Moment, now: Snapshot, counts: Totals) -> tuple[Fact, ...]:
    """In the order of a first look."""
    return (
        _open(moment),
        _calls(moment),
        _quota(now),
        _breaker(moment, now.circuit),
        _dead_letters(counts),
        _crash(moment, now),
    )


def _open(moment: Moment) -> Fact:
    oldest = "nothing waits" if moment.oldest is None else f"the oldest is {duration(moment.oldest)} old"
    return Fact(name="Open records", value=number(moment.open), note=oldest)


def _calls(moment: Moment) -> Fact:
    oldest = moment.oldest_call
    return Fact(
        name="Calls under way",
        value=number(moment.calls),
        note="none is waited for" if oldest is None else f"the oldest for {duration(oldest)}",
    )


def _quota(now: Snapshot) -> Fact:
    share = f"{percent(now.quota_share)} of the group's is ours"
    if not now.quota_limit_per_minute:
        note = "no quota is set" if now.assigned_partitions else "no quota is set, or no partition is ours"
        return Fact(name="Quota used", value="none", note=note)
    note = f"of {number(now.quota_limit_per_minute)} calls a minute; {share}"
    tone: Tone = "waits" if now.quota_used >= USED_UP else "quiet"
    return Fact(name="Quota used", value=percent(now.quota_used), note=note, tone=tone)


def _breaker(moment: Moment, circuit: CircuitState) -> Fact:
    note, tone = BREAKER[circuit]
    when = f"in {duration(moment.next_try)}" if moment.next_try else "now"
    return Fact(name="Breaker", value=circuit.replace("_", " "), note=note.format(when=when), tone=tone)


def _dead_letters(counts: Totals) -> Fact:
    return Fact(name="Dead letters", value=number(sum(counts.dead_letters.values())), note="since this process started")


def _crash(moment: Moment, now: Snapshot) -> Fact:
    check = f", {counted(moment.calls, 'call')} to check first" if moment.calls else ""
    note = f"records again{check}; no outcome twice"
    return Fact(name="A crash now costs", value=number(now.redelivered_if_killed), note=note)
