"""From the bytes of records to their fields, the schema registry asked where it must be."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet

from consumer.core.breach import Breach, unreadable
from consumer.core.model import Record
from consumer.core.notification import Foreign
from consumer.core.retry import RetryPolicy, backoff
from consumer.ports import Decoder, SchemaMissing, Telemetry, Unavailable, Undecodable

UNKNOWN_FOR = 60.0
"""Seconds for which the registry may not know an id that a producer has just registered."""
MOST_UNKNOWN = 1000
Fields = Mapping[str, object]
Read = Fields | Foreign | Breach | None
"""A record's fields, or why there are none; None where it stopped being ours meanwhile."""


class Reader:
    """Reads the records of one topic. While the registry does not answer, reading waits."""

    def __init__(self, decoder: Decoder, retry: RetryPolicy, telemetry: Telemetry, chance: Callable[[], float]) -> None:
        self._decoder = decoder
        self._retry = retry
        self._telemetry = telemetry
        self._chance = chance
        self._unknown: dict[int, float] = {}
        """Ids the registry did not know for long enough, and since when: each further batch asks for them once."""

    async def fields(self, records: Sequence[Record], is_ours: Callable[[Record], bool]) -> Sequence[Read]:
        """What each record says. Schemas that are not known yet are asked for, and waited for, all together.

        Of a partition that goes elsewhere meanwhile nothing is read any more, nor what could be read at once: the copy
        behind a record must not be opened before it.
        """
        read: list[Read | SchemaMissing] = [self._decoded(record) for record in records]
        while missing := {at: what.schema_id for at, what in enumerate(read) if isinstance(what, SchemaMissing)}:
            unknown = await self._learn(set(missing.values()), [records[at] for at in missing], is_ours)
            for at, record in enumerate(records):
                if not is_ours(record):
                    read[at] = None
                elif at not in missing:
                    continue
                elif missing[at] in unknown:
                    read[at] = unreadable("undecodable", f"the registry does not know the schema {missing[at]}")
                else:
                    read[at] = self._decoded(record)
        return [what for what in read if not isinstance(what, SchemaMissing)]

    def _decoded(self, record: Record) -> Fields | Foreign | Breach | SchemaMissing:
        if record.value is None:
            return unreadable("tombstone", "the record has no value")
        try:
            return self._decoder.decode(record.value)
        except Undecodable as why:
            return unreadable("undecodable", str(why))
        except SchemaMissing as missing:
            return missing

    async def _learn(
        self, schema_ids: AbstractSet[int], waiting: Collection[Record], is_ours: Callable[[Record], bool]
    ) -> AbstractSet[int]:
        """Ask the registry until it knows each, or nobody waits any more; those it did not know for a minute."""
        since = {schema_id: self._unknown[schema_id] for schema_id in schema_ids & self._unknown.keys()}
        asked, unknown = set(schema_ids), set[int]()
        attempt = 0
        while asked and any(map(is_ours, waiting)):
            attempt += 1
            try:
                for schema_id in sorted(asked):
                    if await self._decoder.learn(schema_id):
                        self._unknown.pop(schema_id, None)
                        asked.remove(schema_id)
                    elif self._stays_unknown(schema_id, since):
                        unknown.add(schema_id)
                        asked.remove(schema_id)
            except Unavailable as silence:
                self._telemetry.event("registry_unavailable", reason=silence.words or silence.reason, attempt=attempt)
            if asked:
                await asyncio.sleep(backoff(self._retry, attempt=min(attempt, 5), chance=self._chance()))
        return unknown

    def _stays_unknown(self, schema_id: int, since: dict[int, float]) -> bool:
        """Whether that is so for long enough, given since when; which is noted there and for later batches."""
        now = asyncio.get_running_loop().time()
        first = since.setdefault(schema_id, now)
        if now - first < UNKNOWN_FOR:
            return False
        if len(self._unknown) >= MOST_UNKNOWN:
            self._unknown.clear()
        self._unknown[schema_id] = first
        return True
