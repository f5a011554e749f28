"""The rows of the dashboard that show what we depend on: the vendor and Kafka."""

from ops import thresholds
from ops.panel import Panel, Query, Row, of, quantile, rate

FAILED = 'code=~"408|5..|timeout|connect|tls|network"'

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
            says="Half and 99 in a hundred of the requests are answered sooner, of all and by answer. "
            "Runbook: ReturnsApiSlow.",
            unit="s",
            queries=(
                Query(quantile(0.5, "api_request_duration_seconds"), "half"),
                Query(quantile(0.99, "api_request_duration_seconds"), "99 in 100"),
                # An answer that did not come has no duration, which is no number and no line.
                Query(f"{quantile(0.99, 'api_request_duration_seconds', 'code')} > 0", "99 in 100: {{code}}"),
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
            says="Records between what is published and the log's end. What matters is how old, not how many. "
            "Runbooks: ReturnsPartitionStuck, ReturnsNotProgressing.",
            unit="short",
            queries=(Query(f"sum by (topic, partition) ({of('consumer_lag')})", "{{topic}}/{{partition}}"),),
        ),
        Panel(
            title="Partitions",
            says="Assigned to each instance, and paused because they are full. Runbook: ReturnsNoPartitions.",
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
            title="Membership",
            says="Instances by the state of their membership in the group. Steady is well; another that lasts is a "
            "join that does not end, and a restart by the liveness probe is near.",
            unit="short",
            queries=(Query(f"sum by (state) ({of('group_join_state')}) > 0", "{{state}}"),),
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
            title="The Kafka thread's time",
            says="What it does with each second, on average over the instances: wait when idle, publish when Kafka is "
            "slow, work when we are.",
            unit="percentunit",
            queries=(Query(f"avg by (part) ({rate('kafka_loop_seconds_total')})", "{{part}}"),),
        ),
        Panel(
            title="Client errors and round trip",
            says="Errors of the Kafka client a second by code, and the slowest broker's mean round trip in seconds; "
            "0: no broker answers. Runbook: ReturnsKafkaUnreachable.",
            unit="short",
            queries=(
                Query(f"sum by (code) ({rate('kafka_errors_total')}) > 0", "{{code}}"),
                Query(f"max({of('broker_rtt_seconds')})", "round trip, s"),
            ),
        ),
    ),
)
