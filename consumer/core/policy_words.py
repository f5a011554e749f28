"""The operator's policy in words that need no knowledge of how this service works."""

from consumer.core.plan import PartialReturns, Policy

DAY = 86_400_000
TAKEN = {
    PartialReturns.MATCHING_LINES: (
        "A return takes back what the returned goods earned; what the bill as a whole earned, once all of it is back."
    ),
    PartialReturns.ANY_RETURN: "The first return of a bill takes back all that the bill earned.",
    PartialReturns.WHOLE_BILL: "Nothing is taken back before the whole bill is back, in one return or in several.",
}


def policy_words(policy: Policy) -> tuple[str, ...]:
    """What the policy takes back, a sentence each."""
    sources = ", ".join(sorted(policy.revoke_earned_from))
    age = policy.max_return_age
    late = "" if age is None else f"A return later than {age / DAY:g} days after the purchase takes nothing."
    return tuple(filter(None, (TAKEN[policy.partial_returns], f"Only earns from {sources} are taken back.", late)))
