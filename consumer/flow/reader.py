"""From a record's bytes to its fields, the schema registry asked where it must be."""

import asyncio
from collections.abc import Callable, Mapping

from consumer.core.breach import Breach, unreadable
from consumer.core.model import Record
from consumer.core.notification import Foreign
from consumer.core.retry import RetryPolicy, backoff
from consumer.ports import Decoder, SchemaMissing, Telemetry, Unavailable, Undecodable

UNKNOWN_FOR = 60.0
"""Seconds for which the registry may not know an id that a producer has just registered."""
MOST_UNKNOWN = 1000
Fields = Mapping[str, object]


class Reader:
    """Reads the records of one topic. While the registry does not answer, reading waits."""

    def __init__(self, decoder: Decoder, retry: RetryPolicy, telemetry: Telemetry, chance: Callable[[], float]) -> None:
        self._decoder = decoder
        self._retry = retry
        self._telemetry = telemetry
        self._chance = chance
        self._unknown: dict[int, float] = {}
        """Ids the registry did not know for long enough, and since when: each further record asks it once."""

    async def fields(self, record: Record, is_ours: Callable[[Record], bool]) -> Fields | Foreign | Breach | None:
        """The record's fields, or why there are none; None where it stopped being ours before that was known."""
        if record.value is None:
            return unreadable("tombstone", "the record has no value")
        while True:
            try:
                return self._decoder.decode(record.value)
            except Undecodable as why:
                return unreadable("undecodable", str(why))
            except SchemaMissing as missing:
                schema_id = missing.schema_id
            breach = await self._learn(schema_id, lambda: is_ours(record))
            if breach is not None:
                return breach
            if not is_ours(record):
                return None

    async def _learn(self, schema_id: int, is_wanted: Callable[[], bool]) -> Breach | None:
        """Ask the registry until it answers, or nobody wants to know; a breach where it does not for a minute."""
        loop = asyncio.get_running_loop()
        breach = unreadable("undecodable", f"the registry does not know the schema {schema_id}")
        first_unknown = self._unknown.get(schema_id)
        attempt = 0
        while is_wanted():
            attempt += 1
            try:
                if await self._decoder.learn(schema_id):
                    self._unknown.pop(schema_id, None)
                    return None
                first_unknown = loop.time() if first_unknown is None else first_unknown
                if loop.time() - first_unknown >= UNKNOWN_FOR:
                    self._note_unknown(schema_id, first_unknown)
                    return breach
            except Unavailable as silence:
                self._telemetry.event("registry_unavailable", reason=silence.words or silence.reason, attempt=attempt)
            await asyncio.sleep(backoff(self._retry, attempt=min(attempt, 5), chance=self._chance()))
        return None

    def _note_unknown(self, schema_id: int, since: float) -> None:
        if len(self._unknown) >= MOST_UNKNOWN:
            self._unknown.clear()
        self._unknown[schema_id] = since
