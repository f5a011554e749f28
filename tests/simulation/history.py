"""What happened to each earn, in order, as an outsider would write it down.

An *outcast* is a process whose work others do and that does not know it, until it learns of its loss. What it decided
before and does afterwards is *overtaken*. An earn is *touched* when an outcast had it in hands, claimed or asked for,
or took it up before it knew; *left* when its process died, or dropped it as lost, with its claim still standing;
*doubtful* while nobody can know what became of a call for it; *excused* when it may be asked for again without a doubt.
Each speaks for these earns and for no others. What was touched, left or ever in doubt stays so until the run's end.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable


class History:
    """Tells a repeat that had a reason from one that had none."""

    def __init__(self) -> None:
        self._asked: set[str] = set()
        self._asked_by: defaultdict[str, set[str]] = defaultdict(set)
        self._claimed_by: defaultdict[str, set[str]] = defaultdict(set)
        self._doubtful: set[str] = set()
        self._settled: set[str] = set()
        self._outcasts: set[str] = set()
        self._losses: Counter[str] = Counter()
        self.overtaken: set[str] = set()
        """Records that one settled who had lost them: it may not have known what their new owner knew."""
        self.excused: set[str] = set()
        """Earns that one asked for who was not to, and those that the vendor will not have."""
        self.touched: set[str] = set()
        """Earns that two may have had in hands at once."""
        self.left: set[str] = set()
        """Earns that were claimed by one who died: nobody knows if a call followed."""
        self.gone_in_a_claim: set[str] = set()
        """Earns that the feed called revoked while a claim stood: the ledger takes that for the claim's own revoke."""
        self.ever_doubtful: set[str] = set()
        self.wrong_repeats: list[str] = []
        """Earns that were asked for again though the fate of the call before was known."""

    def claimed(self, earns: Iterable[str], *, by: str, since: int) -> None:
        """These stand in the ledger as its own, as it decided after so many losses."""
        claimed = set(earns)
        self._claimed_by[by] |= claimed
        if self._is_overtaken(by, since):
            self.touched |= claimed

    def given_back(self, earns: Iterable[str], *, by: str) -> None:
        """It has no claim on these any more."""
        self._claimed_by[by] -= set(earns)

    def told_gone(self, earns: Iterable[str]) -> None:
        """The ledger hears from the feed that these are revoked."""
        self.gone_in_a_claim |= set(earns) & set[str]().union(*self._claimed_by.values())

    def called(self, earns: Iterable[str], *, by: str = "", since: int = 0) -> None:
        """The vendor was asked for these, by this process, as it decided after so many losses."""
        asked = set(earns)
        if self._is_overtaken(by, since):
            self.excused |= asked
            self.touched |= asked
        self.wrong_repeats += sorted((asked & self._asked) - self._doubtful - self.excused)
        self._asked |= asked
        self._asked_by[by] |= asked

    def lost(self, earns: Iterable[str]) -> None:
        """The answer never came back; what a repeat is told then settles nothing either."""
        self._doubt(set(earns))

    def refused(self, earns: Iterable[str]) -> None:
        """The vendor will not have these; that is nobody's to remember, and another return may ask again."""
        self.excused |= set(earns)

    def settled(self, earns: Iterable[str]) -> None:
        """The ledger knows the answer."""
        self._settled |= set(earns)
        self._doubtful -= self._settled

    def died(self, *, by: str = "") -> None:
        """A process died, or lost what it was at: what it had asked for and not written down is in doubt."""
        self._doubt(self._asked_by[by] - self._settled)
        self.left |= self._claimed_by[by] - self._settled

    def outcast(self, *, by: str) -> None:
        """Others do its work from now on, and it does not know: what it asks may be asked twice."""
        self._outcasts.add(by)
        self._losses[by] += 1
        self.excused |= self._asked_by[by] - self._settled
        self.touched |= (self._asked_by[by] | self._claimed_by[by]) - self._settled

    def losses(self, *, by: str) -> int:
        """How often others took over its work; -1 while they have, and it does not know."""
        return -1 if by in self._outcasts else self._losses[by]

    def settles(self, records: Iterable[str], *, by: str, since: int) -> None:
        """It writes the outcomes of these, as it decided when it had lost its work so many times."""
        if self._is_overtaken(by, since):
            self.overtaken |= set(records)

    def learnt(self, *, by: str) -> None:
        """It knows."""
        self.died(by=by)
        self._outcasts.discard(by)

    def _is_overtaken(self, by: str, since: int) -> bool:
        return since < 0 or self.losses(by=by) != since

    def _doubt(self, earns: set[str]) -> None:
        self._doubtful |= earns
        self.ever_doubtful |= earns
