"""The state of one simulated vendor."""

from collections import Counter
from collections.abc import Callable, Mapping

from consumer.sandbox.vendor.behaviour import Behaviour
from consumer.sandbox.vendor.calls import Calls
from consumer.sandbox.vendor.credentials import Doorkeeper
from consumer.sandbox.vendor.earns import Earns
from consumer.sandbox.vendor.marks import Marks
from consumer.sandbox.vendor.quota import Quota

HEADER = "X-Sandbox-Behaviour"


class World:
    """All that the vendor knows. `clock` gives seconds since 1970."""

    def __init__(self, behaviour: Behaviour, clock: Callable[[], float]) -> None:
        self.clock = clock
        self._first = behaviour
        self.reset()

    def reset(self) -> None:
        """Begin anew, with the behaviour it was started with."""
        self.behaviour = self._first
        self.earns = Earns()
        self.marks = Marks()
        self.quota = Quota()
        self.door = Doorkeeper()
        self.calls = Calls()
        self._before = self._first
        self._left: int | None = None
        self._asked = 0

    def behave(self, behaviour: Behaviour) -> None:
        """Behave so from now on, for `calls` calls or for good."""
        self._before = self.behaviour if self._left is None else self._before
        self.behaviour = behaviour
        self._left = behaviour.calls
        self._asked = 0

    def start_over(self) -> None:
        """Behave as at the start."""
        self.behave(self._first)

    def next_behaviour(self, headers: Mapping[str, str]) -> Behaviour:
        """The behaviour for the call that has just come; its own header goes before all. Raises ValueError."""
        behaviour = self.behaviour
        if self._left is not None:
            self._left -= 1
            if self._left == 0:
                self.behaviour, self._left = self._before, None
        if HEADER not in headers:
            return self._shared(behaviour)
        asked = Behaviour.model_validate_json(headers[HEADER])
        return behaviour.model_copy(update=asked.model_dump(exclude_unset=True))

    def _shared(self, behaviour: Behaviour) -> Behaviour:
        """Status and fault hit their share of the calls, evenly and without chance."""
        self._asked += 1
        if int(self._asked * behaviour.share) > int((self._asked - 1) * behaviour.share):
            return behaviour
        return behaviour.model_copy(update={"status": None, "fault": None})

    def state(self) -> dict[str, object]:
        """What there is to tell, for a test or a curious person."""
        states = Counter(earn.state for earn in self.earns)
        return {
            "calls": self.calls.number,
            "overlaps": self.calls.overlaps,
            "most_at_once": self.calls.most_at_once,
            "quota_violations": self.quota.violations,
            "largest_minute": self.quota.largest_minute,
            "tokens": self.door.given,
            "earns": {state: states[state] for state in ("held", "revoked", "redeemed")},
            "held": sorted(earn.earn_id for earn in self.earns if earn.state == "held"),
            "revoked": sorted(earn.earn_id for earn in self.earns if earn.state == "revoked"),
        }
