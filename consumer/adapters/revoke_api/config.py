"""What the adapter is told: where the vendor is, how long it may take, and who we are."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Secret = Callable[[], str]
"""Gives a secret as it is now; asked again at each refresh."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Basic:
    """A user and a password."""

    username: str
    password: Secret = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class OAuth:
    """Client credentials, exchanged for a token that expires."""

    key: Secret = field(repr=False)
    secret: Secret = field(repr=False)


@dataclass(frozen=True, slots=True)
class Anonymous:
    """No credentials."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiConfig:
    """`timeout` is the seconds from the first byte asked to the last one answered, token and connecting included.

    Answers larger than `answer_bytes`, listings larger than `listing_bytes`, are left unread. `ca` is a file with the
    only authorities whose certificates are trusted; None: those that everybody trusts, or SSL_CERT_FILE names.
    """

    base_url: str
    auth: Basic | OAuth | Anonymous
    timeout: float
    concurrency: int
    answer_bytes: int
    listing_bytes: int
    ca: Path | None


def nothing(*_: object) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watcher:
    """Who is told how the credentials do, on the event loop.

    `on_token` of each request for a token: its status or the kind of silence, and its seconds. `on_refresh` of each
    renewal, a token's or a password's: how it ended.
    """

    on_token: Callable[[str, float], None] = nothing
    on_refresh: Callable[[Literal["ok", "error"]], None] = nothing


UNWATCHED = Watcher()
