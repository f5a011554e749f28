"""A bad stretch for each alert, on an otherwise good day: from minute 60 on, and over again after it."""

from collections.abc import Mapping
from dataclasses import dataclass

from tests.ops import a_good_day as day
from tests.ops.series import PER_MINUTE, Samples, counter, gauge, ticking

FROM = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Series that are not as on a good day, and the alerts that fire during the bad stretch, at the minute `at`.

    Before it and at the minute `over` nothing fires. `minutes` is the length of the day.
    """

    name: str
    series: Mapping[str, Samples]
    fires: frozenset[str]
    at: int
    over: int
    minutes: int


def a_story(name: str, fires: str, series: Mapping[str, Samples], *, at: int, over: int = 145) -> Story:
    minutes = len(next(iter(series.values()))) // PER_MINUTE
    return Story(name=name, series=series, fires=frozenset(fires.split()), at=at, over=over, minutes=minutes)


def bad(minutes: int, value: float | None, *, well: float | None = 0, day_long: int = 150) -> Samples:
    """A gauge that is bad for a stretch."""
    return gauge((FROM, well), (minutes, value), (day_long - FROM - minutes, well))


def behind(minutes: int, value: float | None) -> Samples:
    """A lag that stands at this for a stretch, and otherwise comes and goes."""
    well = day.coming_and_going(150)
    return well[: FROM * PER_MINUTE] + gauge((minutes, value)) + well[(FROM + minutes) * PER_MINUTE :]


def burst(minutes: int, rate: float, *, well: float = 0, day_long: int = 150) -> Samples:
    """A counter whose pace is another for a stretch."""
    return counter((FROM, well), (minutes, rate), (day_long - FROM - minutes, well))


FIRST = FROM * PER_MINUTE
GROWING = tuple(
    well + (step - FIRST) * 60 if FIRST <= step < FIRST + 120 else well
    for step, well in enumerate(day.coming_and_going(150))
)
"""A lag that grows for an hour, and is gone then."""

PRESENCE = (
    a_story("an instance does not answer", "ReturnsDown/critical", {day.UP: bad(20, 0, well=1)}, at=66),
    a_story("nobody is there", "ReturnsAbsent/critical", {day.BUILD: bad(20, None, well=1)}, at=71),
    a_story("a thread hangs", "ReturnsPollStalled/warning", {day.POLL: ticking(150, until=60, again=80)}, at=62),
    a_story(
        "partitions keep moving", "ReturnsRebalanceStorm/warning", {day.REBALANCES: burst(15, 0.02, well=0)}, at=74
    ),
    a_story("a pod keeps restarting", "ReturnsCrashLooping/warning", {day.RESTARTS: burst(15, 0.005)}, at=74),
    a_story("a pod is missing", "ReturnsReplicasMismatch/warning", {day.AVAILABLE: bad(30, 0, well=1)}, at=77),
    a_story(
        "memory runs out",
        "ReturnsMemoryNearLimit/warning",
        {day.MEMORY: bad(30, 500 * day.MEBIBYTE, well=200 * day.MEBIBYTE)},
        at=77,
    ),
)

GROUP = (
    a_story(
        "nobody tells of us, and Kafka sees the returns wait",
        "ReturnsAbsent/critical ReturnsGroupStuck/critical",
        {
            day.BUILD: bad(40, None, well=1),
            day.LAG: behind(40, None),
            day.LAG_BESIDE: behind(40, None),
            day.REVOKED: burst(40, 0, well=1),
            day.GROUP_LAG: tuple(each - 5 for each in GROWING),
        },
        at=85,
    ),
    a_story("Kafka knows no member", "ReturnsGroupEmpty/critical", {day.GROUP_MEMBERS: bad(20, 0, well=1)}, at=70),
    a_story("members have no partition", "ReturnsIdleMembers/info", {day.GROUP_IDLE: bad(40, 1)}, at=95),
)

PROGRESS = (
    a_story(
        "nothing moves and nobody knows why",
        "ReturnsNotProgressing/critical",
        {day.LAG: behind(40, 500), day.REVOKED: burst(40, 0, well=1)},
        at=80,
    ),
    a_story(
        "more comes than the quota can carry",
        "ReturnsBacklogWontDrain/warning ReturnsQuotaSaturated/warning",
        {
            day.LAG: GROWING,
            day.QUOTA_USED: bad(60, 1.0, well=0.1),
            day.QUOTA_LIMIT: bad(60, 60, well=950),
        },
        at=110,
    ),
    a_story(
        "one partition stands",
        "ReturnsPartitionStuck/warning",
        {day.LAG_BESIDE: behind(40, 30)},
        at=85,
    ),
    a_story(
        "one return neither ends nor is given up",
        "ReturnsOldestWaiting/warning",
        {day.OLDEST: ticking(200, until=FROM, again=150)},
        at=140,
        over=170,
    ),
    a_story(
        "nobody gets beyond the start",
        "ReturnsNoPartitions/critical",
        {day.ASSIGNED: bad(20, 0, well=2), day.LAG: behind(20, None), day.LAG_BESIDE: behind(20, None)},
        at=70,
    ),
    a_story(
        "no broker answers",
        "ReturnsKafkaUnreachable/critical",
        {
            day.ROUND_TRIP: bad(20, 0, well=0.002),
            day.CUT_OFF: burst(20, 0.1),
            day.ASSIGNED: bad(20, 0, well=2),
            day.LAG: behind(20, 500),
            day.REVOKED: burst(20, 0, well=1),
        },
        at=78,
    ),
    a_story("outcomes fail", "ReturnsPublishFailing/critical", {day.OUTCOME_ERRORS: burst(20, 1)}, at=70),
    a_story("transactions fail", "ReturnsCommitFailing/critical", {day.COMMIT_ERRORS: burst(20, 1)}, at=70),
    a_story("the ledger's steps fail", "ReturnsLedgerFailing/critical", {day.LEDGER_ERRORS: burst(20, 0.2)}, at=70),
    a_story("the ledger is away", "ReturnsLedgerFailing/critical", {day.holding("ledger"): bad(20, 1)}, at=70),
)

VENDOR = (
    a_story(
        "the key is revoked",
        "ReturnsApiAuthRejected/critical",
        {day.holding("credentials"): bad(20, 1), day.CLOSED: bad(20, 0, well=1)},
        at=75,
    ),
    a_story("some calls are refused", "ReturnsApiAuthRejected/critical", {day.answers("401"): burst(20, 0.1)}, at=65),
    a_story("many calls fail", "ReturnsApiErrors/warning", {day.answers("503"): burst(30, 0.5)}, at=78),
    a_story(
        "answers take long",
        "ReturnsApiSlow/warning",
        {
            day.duration("0.5"): burst(40, 0, well=1),
            day.duration("5.0"): burst(40, 0, well=1),
            day.duration("10.0"): counter((150, 1)),
        },
        at=90,
    ),
    a_story("the vendor is away", "ReturnsCircuitOpen/warning", {day.CLOSED: bad(20, 0, well=1)}, at=75),
    a_story(
        "the vendor throttles",
        "ReturnsThrottled429/warning",
        {day.THROTTLED: burst(20, 0.1), day.holding("quota"): bad(20, 1), day.CLOSED: bad(20, 0, well=1)},
        at=75,
    ),
    a_story(
        "a certificate ends within a week",
        "ReturnsCredentialExpiring/warning",
        {day.CERTIFICATE: bad(60, 5 * 86400, well=90 * 86400)},
        at=65,
    ),
    a_story(
        "a certificate ends within a day",
        "ReturnsCredentialExpiring/warning ReturnsCredentialExpiring/critical",
        {day.CERTIFICATE: bad(60, 50_000, well=90 * 86400)},
        at=65,
    ),
)

DEAD_LETTERS = (
    a_story("a few were redeemed", "ReturnsDeadLetters/info", {day.letters("729"): burst(10, 0.005)}, at=70),
    a_story(
        "one in ten was redeemed",
        "ReturnsDeadLetters/info ReturnsDeadLetters/warning",
        {day.letters("729"): burst(40, 0.1)},
        at=95,
    ),
    a_story("dead letters fail", "ReturnsDeadLetters/critical", {day.LETTER_ERRORS: burst(20, 1)}, at=70),
    a_story("it holds for a flood", "ReturnsFloodHeld/critical", {day.holding("flood"): bad(20, 1)}, at=65),
)

BURN = (
    a_story(
        "most outcomes are late",
        "ReturnsFreshnessBurnFast/critical ReturnsFreshnessBurnSlow/warning",
        {day.freshness("300.0"): burst(40, 0.1, well=1, day_long=500)},
        at=90,
        over=490,
    ),
    a_story(
        "a few outcomes are late for long",
        "ReturnsFreshnessBurnSlow/warning",
        {day.freshness("300.0"): burst(120, 0.96, well=1, day_long=570)},
        at=170,
        over=560,
    ),
    a_story(
        "returns end as rejected",
        "ReturnsErrorBurnFast/critical ReturnsErrorBurnSlow/warning ReturnsDeadLetters/info ReturnsDeadLetters/warning",
        {day.letters("400"): burst(40, 0.5, day_long=500)},
        at=95,
        over=490,
    ),
    a_story(
        "a few returns end as exhausted for long",
        "ReturnsErrorBurnSlow/warning ReturnsDeadLetters/info",
        {day.letters("exhausted"): burst(120, 0.004, day_long=570)},
        at=170,
        over=560,
    ),
)

STORIES = (*PRESENCE, *GROUP, *PROGRESS, *VENDOR, *DEAD_LETTERS, *BURN)
