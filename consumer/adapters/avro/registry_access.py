"""Where a schema registry is, and who we are to it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

Secret = Callable[[], str]
"""Gives a secret as it is now; empty where there is none."""


def nothing() -> str:
    """No secret."""
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryAccess:
    """`auth` gives "user:password", `token` a bearer token; `timeout` is in seconds, for each step of a request.

    `oauth` are `bearer.auth.*` properties, as the registry's client has them, by which an issuer is asked for tokens.
    `ca` is a file with the only authorities whose certificates are trusted; `certificate` and `key` are our own.
    """

    url: str
    timeout: float
    auth: Secret = nothing
    token: Secret = nothing
    oauth: Mapping[str, object] = field(default_factory=dict, repr=False)
    ca: Path | None = None
    certificate: Path | None = None
    key: Path | None = None
    key_password: Secret = nothing


def properties(access: RegistryAccess) -> dict[str, object]:
    """What the client of the registry takes; what a bearer adds stands beside it."""
    # The caller repeats what found no answer, at its own pace.
    given: dict[str, object] = {"url": access.url, "timeout": access.timeout, "max.retries": 0}
    files = {"ca": access.ca, "certificate": access.certificate, "key": access.key}
    given |= {f"ssl.{name}.location": str(file) for name, file in files.items() if file is not None}
    if access.certificate is not None:
        # Without one OpenSSL would ask for it at the terminal.
        given["ssl.key.password"] = access.key_password()
    auth = access.auth()
    return {**given, "basic.auth.user.info": auth} if auth else given
