"""The rows of the dashboard that show ourselves: dead letters, the ledger, the process."""

from ops import thresholds
from ops.panel import OURS, WINDOW, Panel, Query, Row, of, quantile, rate

LEDGER = Row(
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
            says="How full each partition's offset map is; "
            f"from {thresholds.MAP_USED * 100:g} % on the partition is paused.",
            unit="percentunit",
            queries=(Query(f"max by (partition) ({of('offset_map_used_ratio')})", "{{partition}}"),),
            red_from=thresholds.MAP_USED,
        ),
    ),
)

PROCESS = Row(
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
            says="Resident memory, and the limit beyond which an instance is killed; a limit of 0 is none. "
            "Runbook: ReturnsMemoryNearLimit.",
            unit="bytes",
            queries=(
                Query(f"process_resident_memory_bytes{{{OURS}}}", "{{instance}}"),
                Query(f"min({of('memory_limit_bytes')})", "limit"),
            ),
        ),
        Panel(
            title="Garbage collections",
            says="Runs of Python's collector a second, by generation; many of generation 2 cost time.",
            unit="reqps",
            queries=(
                Query(f"sum by (generation) (rate(python_gc_collections_total{{{OURS}}}[{WINDOW}]))", "{{generation}}"),
            ),
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
)
