"""The simulated vendor's doorkeeper: passwords, and tokens that expire."""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field

from consumer.sandbox.vendor.behaviour import Behaviour

UNAUTHORIZED, EXPIRED = 401, 498
TOKEN_HEADER = "X-CAP-API-OAUTH-TOKEN"  # noqa: S105 - the name of a header


@dataclass(slots=True)
class Doorkeeper:
    """Gives tokens and looks at credentials."""

    given: int = 0
    _ends: dict[str, float] = field(default_factory=dict)

    def give(self, key: str, secret: str, now: float, behaviour: Behaviour) -> str | None:
        """A new token for the right key and secret."""
        if (key, secret) != (behaviour.oauth_key, behaviour.oauth_secret):
            return None
        self.given += 1
        token = f"token-{self.given}"
        self._ends[token] = now + behaviour.token_ttl
        return token

    def refuse(self, headers: Mapping[str, str], now: float, behaviour: Behaviour) -> int | None:
        """The code for credentials that do not do; None lets in."""
        match behaviour.auth:
            case "none":
                return None
            case "basic":
                pair = b64encode(f"{behaviour.username}:{behaviour.password}".encode()).decode()
                return None if headers.get("Authorization") == f"Basic {pair}" else UNAUTHORIZED
            case "oauth":
                ends = self._ends.get(headers.get(TOKEN_HEADER, ""))
                if ends is None:
                    return UNAUTHORIZED
                return EXPIRED if now >= ends else None

    def forget(self) -> None:
        """Every token given so far is worth nothing."""
        self._ends.clear()
