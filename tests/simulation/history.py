"""What happened to each earn, in order, as an outsider would write it down."""

from collections.abc import Iterable


class History:
    """Tells a repeat that had a reason from one that had none."""

    def __init__(self) -> None:
        self._asked: set[str] = set()
        self._doubtful: set[str] = set()
        self._settled: set[str] = set()
        self.wrong_repeats: list[str] = []
        """Earns that were asked for again though the fate of the call before was known."""

    def called(self, earns: Iterable[str]) -> None:
        """The vendor was asked for these."""
        asked = set(earns)
        self.wrong_repeats += sorted((asked & self._asked) - self._doubtful)
        self._asked |= asked

    def lost(self, earns: Iterable[str]) -> None:
        """The answer never came back; what a repeat is told then settles nothing either."""
        self._doubtful |= set(earns)

    def settled(self, earns: Iterable[str]) -> None:
        """The ledger knows the answer."""
        self._settled |= set(earns)
        self._doubtful -= self._settled

    def died(self) -> None:
        """A process died: what it had asked for and not written down is in doubt."""
        self._doubtful |= self._asked - self._settled
