"""How long to wait before asking again."""

from dataclasses import dataclass

LONGEST_DOUBLING = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """The operator's choice, in seconds."""

    initial: float
    max: float
    give_up_after: float


def backoff(policy: RetryPolicy, *, attempt: int, chance: float, at_least: float | None = None) -> float:
    """Seconds to wait after the failure number `attempt` (from 1): exponential with full jitter.

    `chance` is from [0, 1). `at_least` is what the far side asked for; it wins even over the policy's longest wait.
    """
    ceiling = min(policy.max, policy.initial * 2.0 ** min(attempt - 1, LONGEST_DOUBLING))
    return max(ceiling * chance, at_least or 0.0)


def is_exhausted(policy: RetryPolicy, *, failing_for: float, others_succeed: bool) -> bool:
    """Whether a customer that keeps failing is given up: it alone fails, and for long enough.

    `failing_for` counts only seconds in which the service was not held.
    """
    return others_succeed and failing_for >= policy.give_up_after
