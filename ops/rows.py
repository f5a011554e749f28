"""The rows of the dashboard, from what users feel down to the machine."""

from ops import thresholds
from ops.around import KAFKA, VENDOR
from ops.panel import WINDOW, Panel, Query, Row, of, rate
from ops.within import LEDGER, PROCESS

IN_TIME = f'le=~"{thresholds.IN_TIME:g}([.]0)?"'
CLOSED = 'state="closed"'
LATE = f"1 - sum({rate('event_to_outcome_seconds_bucket', IN_TIME)}) / sum({rate('event_to_outcome_seconds_count')})"
MONTH = "30d"
LATE_IN_THE_MONTH = (
    f"1 - sum(increase({of('event_to_outcome_seconds_bucket', IN_TIME)}[{MONTH}]))"
    f" / sum(increase({of('event_to_outcome_seconds_count')}[{MONTH}]))"
)
OLDEST = f"time() - min({of('oldest_in_flight_event_timestamp_seconds')} > 0)"
RETURNS = 'topic="return-transactions"'
"""The chart puts the release's own topic in its place."""
UNACCOUNTED = (
    f"abs(sum({of('events_consumed_total', RETURNS)}) - sum({of('events_total')})"
    f" - sum({of('events_released_total')}) - sum({of('events_in_flight')}))"
)
BREAKER = (("0", "closed"), ("1", "open"))

VERDICT = Row(
    title="Is it well?",
    panels=(
        Panel(
            title="Allowance left",
            says="What is left of the late outcomes that 30 days allow, one in a hundred; below 0 they are overdrawn.",
            unit="percentunit",
            queries=(Query(f"1 - ({LATE_IN_THE_MONTH}) / {thresholds.LATE_ALLOWED}"),),
            kind="stat",
            width=3,
        ),
        Panel(
            title="Late outcomes",
            says="The share of outcomes that came later than 5 minutes after their return. One in a hundred may. "
            "Runbooks: ReturnsFreshnessBurnFast, ReturnsFreshnessBurnSlow.",
            unit="percentunit",
            queries=(Query(LATE),),
            kind="stat",
            width=3,
            red_from=thresholds.LATE_ALLOWED,
        ),
        Panel(
            title="Burn rate",
            says="How many times faster than allowed the month's late outcomes are used up; 1 lasts the month.",
            unit="x",
            queries=(Query(f"({LATE}) / {thresholds.LATE_ALLOWED}"),),
            kind="stat",
            width=3,
            red_from=thresholds.FAST_BURN,
        ),
        Panel(
            title="Oldest open return",
            says="How long the oldest return without an outcome has waited since it was written. 0: none waits. "
            "Runbook: ReturnsOldestWaiting.",
            unit="s",
            queries=(Query(f"({OLDEST}) or vector(0)"),),
            kind="stat",
            width=3,
            red_from=thresholds.OLDEST,
        ),
        Panel(
            title="Outcomes",
            says="Outcomes published a second, all statuses.",
            unit="reqps",
            queries=(Query(f"sum({rate('events_total')})"),),
            kind="stat",
            width=2,
        ),
        Panel(
            title="Dead letters in an hour",
            says="What a person must look at. Runbook: ReturnsDeadLetters.",
            unit="short",
            queries=(Query(f"sum(increase({of('dead_letters_total')}[1h]))"),),
            kind="stat",
            width=3,
        ),
        Panel(
            title="Quota used",
            says="Requests of the last minute over those allowed. Full is fine while the backlog shrinks. "
            "Runbook: ReturnsQuotaSaturated.",
            unit="percentunit",
            queries=(Query(f"avg({of('quota_used_ratio')})"),),
            kind="stat",
            width=2,
            red_from=thresholds.QUOTA_USED,
        ),
        Panel(
            title="Breaker",
            says="Open where an instance waits for the vendor. Runbook: ReturnsCircuitOpen.",
            unit="short",
            queries=(Query(f"1 - min({of('circuit_state', CLOSED)})"),),
            kind="stat",
            width=2,
            red_from=thresholds.CIRCUIT_OPEN,
            names=BREAKER,
        ),
        Panel(
            title="Holding",
            says="Why it waits: api, credentials, quota, flood or ledger. 0 for all: it works.",
            unit="short",
            queries=(Query(f"max by (reason) ({of('holding')})", "{{reason}}"),),
            kind="stat",
            width=3,
            red_from=thresholds.HOLDING,
        ),
    ),
)

EVENTS = Row(
    title="Returns and their outcomes",
    panels=(
        Panel(
            title="Outcomes by status",
            says="Published outcomes a second.",
            unit="reqps",
            queries=(Query(f"sum by (status) ({rate('events_total')})", "{{status}}"),),
        ),
        Panel(
            title="From return to outcome",
            says="Seconds from the record's timestamp to its published outcome, as a heat map.",
            unit="s",
            queries=(Query(f"sum by (le) (increase({of('event_to_outcome_seconds_bucket')}[{WINDOW}]))", "{{le}}"),),
            kind="heatmap",
        ),
        Panel(
            title="Taken in and not yet out",
            says="Consumed = outcomes + in flight + released. In flight grows when the vendor or the ledger is slow.",
            unit="short",
            queries=(
                Query(f"sum({of('events_in_flight')})", "in flight"),
                Query(f"sum({of('redelivered_if_killed')})", "again after a kill"),
            ),
        ),
        Panel(
            title="Does it add up?",
            says="Returns taken in since the instances started, less those with outcomes, released or in flight. 0 but "
            "for the moment of a scrape; were it above for long, returns were lost or counted twice.",
            unit="short",
            queries=(Query(UNACCOUNTED, "not accounted for"),),
        ),
        Panel(
            title="Lanes",
            says="Customers with open returns, and the longest line of one customer.",
            unit="short",
            queries=(
                Query(f"sum by (state) ({of('lanes')})", "{{state}}"),
                Query(f"max({of('largest_lane_events')})", "longest line"),
            ),
        ),
        Panel(
            title="Merging",
            says="Returns and earns that one request carries, on average. It rises under a tight quota, as it should.",
            unit="short",
            queries=(
                Query(f"sum({rate('events_per_request_sum')}) / sum({rate('events_per_request_count')})", "returns"),
                Query(f"sum({rate('earns_per_request_sum')}) / sum({rate('earns_per_request_count')})", "earns"),
            ),
        ),
        Panel(
            title="Late earns",
            says="Outcomes of earns that came after their return, a second, and returns let go in rebalances.",
            unit="reqps",
            queries=(
                Query(f"sum({rate('late_earns_total')})", "late earns"),
                Query(f"sum({rate('events_released_total')})", "released"),
            ),
        ),
    ),
)

ROWS = (VERDICT, EVENTS, VENDOR, KAFKA, LEDGER, PROCESS)
