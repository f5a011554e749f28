"""How long a token is used, by what its issuer says of it."""

from math import isfinite

ASSUMED_TTL = 300.0
"""Seconds, for a token that does not say: the shortest that the vendor documents, and short for any issuer."""
LONGEST_TTL = 366 * 86_400.0
"""Whatever an issuer says, a token is renewed within the year."""
RENEWED_AT = 0.8
"""The share of its life after which a token is renewed."""


def token_life(said: object) -> float:
    """The seconds that a token is good for; RFC 6749 lets an issuer say nothing, and some say it as text."""
    try:
        seconds = float(said) if isinstance(said, int | float | str) else ASSUMED_TTL
    except (ValueError, OverflowError):
        return ASSUMED_TTL
    return min(seconds, LONGEST_TTL) if seconds > 0 and isfinite(seconds) else ASSUMED_TTL
