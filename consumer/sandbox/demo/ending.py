"""What became of a record, held against what was told."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from consumer.core.model import Coordinates
from consumer.core.outcome import RevokeOutcome, Verdict, VerdictKind
from consumer.sandbox.demo.story import Ending, Story, Told


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A told record with what was published about it. `letters` are the reasons of its dead letters."""

    told: Told
    source: Coordinates
    outcomes: tuple[RevokeOutcome, ...]
    letters: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A told record in its place."""

    story: Story
    told: Told
    source: Coordinates


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """All that was written, and what was published about it, by the record it is about."""

    written: Sequence[Written]
    outcomes: Mapping[Coordinates, Sequence[RevokeOutcome]]
    letters: Mapping[Coordinates, Sequence[str]]

    def of(self, story: Story) -> tuple[Ended, ...]:
        """The story's records, in order."""
        return tuple(self._ended(each) for each in self.written if each.story is story)

    def _ended(self, written: Written) -> Ended:
        return Ended(
            told=written.told,
            source=written.source,
            outcomes=tuple(self.outcomes.get(written.source, ())),
            letters=tuple(self.letters.get(written.source, ())),
        )


def words(verdict: Verdict) -> str:
    """A verdict as the stories say it."""
    said = verdict.message if verdict.kind is VerdictKind.KEPT_BY_POLICY else verdict.code
    return str(verdict.kind) if said is None else f"{verdict.kind} {said}"


def actual(ended: Ended) -> Iterator[Ending]:
    """How the record ended, once for each outcome."""
    for outcome in ended.outcomes:
        yield Ending(
            status=outcome.status,
            verdicts=tuple(words(verdict) for verdict in outcome.verdicts),
            letter=", ".join(ended.letters) or None,
            cause=outcome.cause,
        )


def differences(story: Story, day: Day) -> Iterator[str]:
    """Where the story did not end as told."""
    for ended in day.of(story):
        wanted = [_said(ending) for ending in (ended.told.ending,) if ending is not None]
        seen = [_said(ending) for ending in actual(ended)]
        if wanted != seen:
            yield (
                f"{story.title} ({ended.source}): told {' and '.join(wanted) or 'nothing'}, "
                f"but it was {' and '.join(seen) or 'nothing'}"
            )
    calls = {request for ended in day.of(story) for outcome in ended.outcomes for request in outcome.request_ids}
    if story.most_calls is not None and len(calls) > story.most_calls:
        yield f"{story.title}: told at most {story.most_calls} calls, but it took {len(calls)}"


def _said(ending: Ending) -> str:
    parts = [str(ending.status), *sorted(ending.verdicts), f"dead letter {ending.letter}", str(ending.cause)]
    return ", ".join(parts)
