"""The rows of the dashboard, from what users feel down to the machine."""

from ops import thresholds
from ops.panel import OURS, WINDOW, Panel, Query, Row, of, quantile, rate

IN_TIME = 'le=~"300([.]0)?"'
CLOSED = 'state="closed"'
LATE = f"1 - sum({rate('event_to_outcome_seconds_bucket', IN_TIME)}) / sum({rate('event_to_outcome_seconds_count')})"
OLDEST = f"time() - min({of('oldest_in_flight_event_timestamp_seconds')} > 0)"
FAILED = 'code=~"408|5..|timeout|connect|tls|network"'
BREAKER = (("0", "closed"), ("1", "open"))

VERDICT = Row(
    title="Is it well?",
    panels=(
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
            says="How long the oldest return without an outcome has waited since it was written. 0: none waits.",
            unit="s",
            queries=(Query(f"({OLDEST}) or vector(0)"),),
            kind="stat",
            width=3,
            red_from=300,
        ),
        Panel(
            title="Outcomes",
            says="Outcomes published a second, all statuses.",
            unit="reqps",
            queries=(Query(f"sum({rate('events_total')})"),),
            kind="stat",
            width=3,
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
            width=3,
            red_from=thresholds.QUOTA_USED,
        ),
        Panel(
            title="Breaker",
            says="Open where an instance waits for the vendor. Runbook: ReturnsCircuitOpen.",
            unit="short",
            queries=(Query(f"1 - min({of('circuit_state', CLOSED)})"),),
            kind="stat",
            width=3,
            red_from=1,
            names=BREAKER,
        ),
        Panel(
            title="Holding",
            says="Why it waits: api, credentials, quota, flood or ledger. 0 for all: it works.",
            unit="short",
            queries=(Query(f"max by (reason) ({of('holding')})", "{{reason}}"),),
            kind="stat",
            width=3,
            red_from=1,
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

VENDOR = Row(
    title="The vendor",
    panels=(
        Panel(
            title="Requests by answer",
            says="Requests a second by the answer's status, or the kind of silence.",
            unit="reqps",
            queries=(Query(f"sum by (code) ({rate('api_requests_total')}) > 0", "{{code}}"),),
        ),
        Panel(
            title="Failing requests",
            says="The share of requests without an answer of use. Runbook: ReturnsApiErrors.",
            unit="percentunit",
            queries=(
                Query(f"sum({rate('api_requests_total', FAILED)}) / sum({rate('api_requests_total')})", "failing"),
            ),
            red_from=thresholds.API_ERRORS,
        ),
        Panel(
            title="How long answers take",
            says="Half and 99 in a hundred of the requests are answered sooner. Runbook: ReturnsApiSlow.",
            unit="s",
            queries=(
                Query(quantile(0.5, "api_request_duration_seconds"), "half"),
                Query(quantile(0.99, "api_request_duration_seconds"), "99 in 100"),
            ),
            red_from=thresholds.API_SLOW,
        ),
        Panel(
            title="Back-offs",
            says="Lanes that back off, a second, by reason.",
            unit="reqps",
            queries=(Query(f"sum by (reason) ({rate('api_retries_total')}) > 0", "{{reason}}"),),
        ),
        Panel(
            title="Quota",
            says="Requests allowed a minute by each instance's share, and answers 429 a minute.",
            unit="short",
            queries=(
                Query(f"sum by (instance) ({of('quota_limit_per_minute')})", "{{instance}}"),
                Query(f"60 * sum({rate('quota_throttled_total')})", "429"),
            ),
        ),
        Panel(
            title="Waiting for a turn",
            says="How long lanes wait for slot, breaker and quota before they call.",
            unit="s",
            queries=(
                Query(quantile(0.5, "quota_wait_seconds"), "half"),
                Query(quantile(0.99, "quota_wait_seconds"), "99 in 100"),
            ),
        ),
    ),
)

KAFKA = Row(
    title="Kafka",
    panels=(
        Panel(
            title="Lag",
            says="Records between what is published and the log's end. What matters is how old, not how many.",
            unit="short",
            queries=(Query(f"sum by (topic, partition) ({of('consumer_lag')})", "{{topic}}/{{partition}}"),),
        ),
        Panel(
            title="Partitions",
            says="Assigned to each instance, and paused because they are full.",
            unit="short",
            queries=(
                Query(f"sum by (instance) ({of('assigned_partitions')})", "{{instance}}"),
                Query(f"sum({of('paused_partitions')})", "paused"),
            ),
        ),
        Panel(
            title="Rebalances",
            says="Changes of the assignment in five minutes, by kind. Runbook: ReturnsRebalanceStorm.",
            unit="short",
            queries=(Query(f"sum by (type) (increase({of('rebalances_total')}[5m]))", "{{type}}"),),
        ),
        Panel(
            title="Transactions",
            says="Ends of transactions a second. Runbook: ReturnsCommitFailing.",
            unit="reqps",
            queries=(Query(f"sum by (result) ({rate('commits_total')})", "{{result}}"),),
        ),
        Panel(
            title="Since the last poll",
            says="Seconds since each instance polled. Runbook: ReturnsPollStalled.",
            unit="s",
            queries=(Query(f"time() - ({of('last_poll_timestamp_seconds')} > 0)", "{{instance}}"),),
            red_from=thresholds.POLL_STALLED,
        ),
        Panel(
            title="Client errors and round trip",
            says="Errors of the Kafka client a second by code, and the slowest broker's mean round trip in seconds.",
            unit="short",
            queries=(
                Query(f"sum by (code) ({rate('kafka_errors_total')}) > 0", "{{code}}"),
                Query(f"max({of('broker_rtt_seconds')})", "round trip, s"),
            ),
        ),
    ),
)

OWN = (
    Row(
        title="Dead letters and the ledger",
        panels=(
            Panel(
                title="Dead letters by reason",
                says="In an hour. 729 and 730 are the business's; 400, exhausted and other are ours.",
                unit="short",
                queries=(Query(f"sum by (code) (increase({of('dead_letters_total')}[1h]))", "{{code}}"),),
            ),
            Panel(
                title="Ledger commits",
                says="How long a group's commit takes, and failed steps a second. Runbook: ReturnsLedgerFailing.",
                unit="s",
                queries=(
                    Query(quantile(0.99, "ledger_commit_seconds"), "99 in 100"),
                    Query(f"sum by (operation) ({rate('ledger_errors_total')})", "failed: {{operation}}"),
                ),
            ),
            Panel(
                title="Commit metadata",
                says="How full each partition's offset map is; from 75 % on the partition is paused.",
                unit="percentunit",
                queries=(Query(f"max by (partition) ({of('offset_map_used_ratio')})", "{{partition}}"),),
                red_from=0.75,
            ),
        ),
    ),
    Row(
        title="The process",
        panels=(
            Panel(
                title="CPU",
                says="Cores in use by each instance.",
                unit="cores",
                queries=(Query(f"rate(process_cpu_seconds_total{{{OURS}}}[{WINDOW}])", "{{instance}}"),),
            ),
            Panel(
                title="Memory",
                says="Resident memory. Runbook: ReturnsMemoryNearLimit.",
                unit="bytes",
                queries=(Query(f"process_resident_memory_bytes{{{OURS}}}", "{{instance}}"),),
            ),
            Panel(
                title="Restarts and versions",
                says="Instances by version, and starts in an hour. Runbook: ReturnsCrashLooping.",
                unit="short",
                queries=(
                    Query(f"count by (version) ({of('build_info')})", "{{version}}"),
                    Query(f"sum(changes(process_start_time_seconds{{{OURS}}}[1h]))", "restarts"),
                ),
            ),
        ),
    ),
)

ROWS = (VERDICT, EVENTS, VENDOR, KAFKA, *OWN)
