"""The far ends of the flow: who is called, and what becomes of what is to be published."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from consumer.adapters.kafka import KafkaConfig
from consumer.adapters.metrics import Metrics
from consumer.ports import OutcomeEncoder, Publisher, RevokeApi
from consumer.settings import Settings


class Vendor(RevokeApi, Protocol):
    """The vendor, as the service holds it."""

    def token_expiry(self) -> float | None:
        """When the token in use ends, in seconds since 1970; None without one."""
        ...

    async def aclose(self) -> None:
        """Let go."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """How each end is made. `told` is what /status has of them; `shadow` if nothing leaves by them."""

    vendor: Callable[[Settings, Metrics], Vendor]
    publisher: Callable[[Publisher, OutcomeEncoder], Publisher]
    kafka: Callable[[Settings], KafkaConfig]
    told: Callable[[], Mapping[str, object]]
    shadow: bool
