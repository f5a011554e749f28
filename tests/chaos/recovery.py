"""How the service came back from a mishap, or that it did not."""

from dataclasses import dataclass

from tests.end_to_end.truth import Spell


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """Seconds until the first outcome after a mishap could be read, and until one of every partition could."""

    mishap: str
    first: float
    whole: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Suffered:
    """A mishap that was recovered from, and how long the two took."""

    mishap: str
    spell: Spell


class NotRecoveredError(TimeoutError):
    """The service does not come back; `how_it_is` is what its instances say."""

    def __init__(self, what: str, within: float, how_it_is: str) -> None:
        super().__init__(f"did not recover within {within:g} s: {what}")
        self.how_it_is = how_it_is
