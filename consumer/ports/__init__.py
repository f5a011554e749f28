"""What the flow needs of the world, as Protocols, and the ways the world can fail to answer."""

from consumer.ports.certificates import tls_refusal
from consumer.ports.encoding import (
    Decoder,
    OutcomeEncoder,
)
from consumer.ports.feed import TellResult, Told, ToldPurchase
from consumer.ports.header import UNSENDABLE, is_sendable
from consumer.ports.kafka import (
    Completion,
    Drain,
    Intake,
    Message,
    Partition,
    Publisher,
)
from consumer.ports.ledger import (
    Arrival,
    Claim,
    Denied,
    Duplicate,
    EarlierReturn,
    Granted,
    LateEarn,
    Ledger,
    Opened,
    Opening,
    ReturnState,
    Settled,
    SettledEarn,
    SettledReturn,
    Settlement,
)
from consumer.ports.silence import (
    SchemaMissing,
    Unavailable,
    Undecodable,
)
from consumer.ports.telling import (
    EventName,
    Operation,
    Telemetry,
    WallClock,
)
from consumer.ports.token_life import ASSUMED_TTL, LONGEST_TTL, RENEWED_AT, token_life
from consumer.ports.vendor import (
    LISTING_LIMIT,
    Call,
    Response,
    RevokeApi,
)

__all__ = [
    "ASSUMED_TTL",
    "LISTING_LIMIT",
    "LONGEST_TTL",
    "RENEWED_AT",
    "UNSENDABLE",
    "Arrival",
    "Call",
    "Claim",
    "Completion",
    "Decoder",
    "Denied",
    "Drain",
    "Duplicate",
    "EarlierReturn",
    "EventName",
    "Granted",
    "Intake",
    "LateEarn",
    "Ledger",
    "Message",
    "Opened",
    "Opening",
    "Operation",
    "OutcomeEncoder",
    "Partition",
    "Publisher",
    "Response",
    "ReturnState",
    "RevokeApi",
    "SchemaMissing",
    "Settled",
    "SettledEarn",
    "SettledReturn",
    "Settlement",
    "Telemetry",
    "TellResult",
    "Told",
    "ToldPurchase",
    "Unavailable",
    "Undecodable",
    "WallClock",
    "is_sendable",
    "tls_refusal",
    "token_life",
]
