"""The schema registry as one process reaches it: slow, or away for a while."""

import asyncio
from dataclasses import dataclass

from consumer.ports import Unavailable
from tests.flow.fakes import PickleDecoder
from tests.simulation.tale import Tale


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryMoods:
    """How often it does not answer, and the longest that it takes, in seconds."""

    away: float
    slow: float


class ShakyRegistry(PickleDecoder):
    """Reads one topic's records; knows each schema once it was asked for. Implements `ports.Decoder`."""

    def __init__(self, name: str, tale: Tale, moods: RegistryMoods) -> None:
        super().__init__()
        self._name = name
        self._tale = tale
        self._moods = moods

    async def learn(self, schema_id: int) -> bool:
        """True, sooner or later."""
        if schema_id in self.known:
            return True
        self._tale.step(self._name, f"asks for schema {schema_id}")
        await asyncio.sleep(self._tale.delay(self._moods.slow))
        if self._tale.odds(self._moods.away):
            self._tale.step(self._name, f"cannot learn schema {schema_id}")
            raise Unavailable("registry")
        self._tale.step(self._name, f"learns schema {schema_id}")
        self.known.add(schema_id)
        return True
