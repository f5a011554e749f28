"""The policy, as a person is told it."""

from consumer.core.model import EarnedFromType
from consumer.core.plan import PartialReturns
from consumer.core.policy_words import DAY, TAKEN, policy_words
from tests.builders import a_policy


def test_the_policy_says_what_it_takes_from_what_and_until_when() -> None:
    sources = frozenset({EarnedFromType.MILESTONE, EarnedFromType.ACTIVITY})

    words = policy_words(a_policy(revoke_earned_from=sources, max_return_age=DAY * 3 // 2))

    assert words == (
        TAKEN[PartialReturns.MATCHING_LINES],
        "Only earns from ACTIVITY, MILESTONE are taken back.",
        "A return later than 1.5 days after the purchase takes nothing.",
    )


def test_without_an_age_nothing_is_said_of_it() -> None:
    assert len(policy_words(a_policy())) == 2


def test_there_are_words_for_every_rule() -> None:
    assert set(TAKEN) == set(PartialReturns)
