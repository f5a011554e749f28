"""What a storm is to be."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Nodes = Literal[1, 3]
Ledger = Literal["sqlite", "postgresql"]
PEERS: Mapping[Ledger, tuple[str, ...]] = {
    "sqlite": ("kafka", "vendor", "registry"),
    "postgresql": ("kafka", "vendor", "registry", "database"),
}
"""To whom the service has lines."""

NAMES: Mapping[Ledger, str] = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


@dataclass(frozen=True, slots=True, kw_only=True)
class StormPlan:
    """What is stormed upon, for how long and how hard. `rate`: returns a second; `full`: mishaps at full length."""

    seed: int
    rate: float
    seconds: float
    nodes: Nodes = 1
    ledger: Ledger = "postgresql"
    protocol: Literal["classic", "consumer"] = "classic"
    instances: int = 2
    full: bool = False

    def __str__(self) -> str:
        brokers = "one broker" if self.nodes == 1 else f"{self.nodes} brokers"
        return (
            f"seed {self.seed}: {self.rate:g} returns a second for {self.seconds / 60:g} minutes; {brokers}, "
            f"the ledger in {NAMES[self.ledger]}, the group's protocol {self.protocol}, instances: {self.instances}"
        )
