"""What may befall a release, and exactly the alerts that this makes fire."""

import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from tests.end_to_end.vendor import PASSWORD, USER
from tests.ops.release import Release


@dataclass(frozen=True, slots=True, kw_only=True)
class Drill:
    """A release with these settings, and its bad day. `own` is what it does not share, as it is to break.

    `lives`: the process is there and well while all around it is not.
    """

    name: str
    befalls: Callable[[Release], object]
    fires: str
    settings: Mapping[str, str] = field(default_factory=dict)
    own: Literal["nothing", "broker", "database"] = "nothing"
    lives: bool = True


def the_vendor_is_down(release: Release) -> None:
    release.vendor.behave(status=503)


def the_credentials_are_revoked(release: Release) -> None:
    release.vendor.behave(oauth_secret="another")  # noqa: S106 - ours is refused
    release.vendor.forget_tokens()


def somebody_else_uses_the_key(release: Release) -> None:
    """The vendor does not say when to come back, so that it is asked again as soon as may be."""
    release.vendor.behave(quota_per_minute=5, retry_after=None)


def more_comes_than_the_quota_carries(release: Release) -> None:
    release.pace = 4.0


def garbage_comes(release: Release) -> None:
    release.send_garbage(250)


def it_is_stopped(release: Release) -> None:
    release.instance.process.send(signal.SIGTERM)


def the_broker_dies(release: Release) -> None:
    """At rest: an outcome on its way could not be published, which is told as well."""
    release.until_at_rest()
    release.broker.kill()


def the_database_dies(release: Release) -> None:
    release.database.kill()


DRILLS = (
    Drill(
        name="api-down",
        befalls=the_vendor_is_down,
        fires="ReturnsCircuitOpen/warning ReturnsApiErrors/warning",
    ),
    Drill(
        name="quota-exhausted",
        befalls=more_comes_than_the_quota_carries,
        settings={"CONSUMER_API__QUOTA_PER_MINUTE": "60"},
        fires="ReturnsQuotaSaturated/warning ReturnsBacklogWontDrain/warning",
    ),
    Drill(
        # Slowed down to a sixteenth, this quota still carries away what comes.
        name="quota-shared",
        befalls=somebody_else_uses_the_key,
        settings={"CONSUMER_API__QUOTA_PER_MINUTE": "10000"},
        fires="ReturnsThrottled429/warning",
    ),
    Drill(
        # Its tokens are worth nothing at once, and it is given no other.
        name="credentials-revoked",
        befalls=the_credentials_are_revoked,
        settings={
            "CONSUMER_API__AUTH": "oauth",
            "CONSUMER_API__OAUTH_KEY": USER,
            "CONSUMER_API__OAUTH_SECRET": PASSWORD,
        },
        fires="ReturnsApiAuthRejected/critical",
    ),
    Drill(
        # Of the garbage a part is set aside before it counts as a flood.
        name="poison-flood",
        befalls=garbage_comes,
        fires="ReturnsFloodHeld/critical ReturnsDeadLetters/info ReturnsDeadLetters/warning",
    ),
    Drill(
        # It was the only instance: one that does not answer, and none that is there.
        name="consumer-stopped",
        befalls=it_is_stopped,
        fires="ReturnsDown/critical ReturnsAbsent/critical",
        lives=False,
    ),
    Drill(
        # To us it is the same as a network that cuts off us alone, while others go on writing returns.
        name="broker-down",
        befalls=the_broker_dies,
        own="broker",
        fires="ReturnsKafkaUnreachable/critical",
    ),
    Drill(
        name="database-down",
        befalls=the_database_dies,
        own="database",
        fires="ReturnsLedgerFailing/critical",
    ),
)
