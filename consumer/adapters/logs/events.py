"""The closed list of log events: each name with its level and what it tells."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from consumer.ports import EventName


@dataclass(frozen=True, slots=True)
class LogEvent:
    """What a line with this name tells."""

    level: Literal["debug", "info", "warning", "error"]
    meaning: str


EVENTS: Mapping[EventName, LogEvent] = {
    "started": LogEvent("info", "The process is up, with its version, group and topics."),
    "phase": LogEvent("info", "The phase changed, from `before` to `phase`; why it holds is told by `holding`."),
    "holding": LogEvent("warning", "Nobody calls the vendor; `reasons` say why. Without one, the hold is over."),
    "kafka_unreachable": LogEvent("warning", "No broker answers; it is tried again."),
    "kafka_failed": LogEvent("error", "Kafka refuses what cannot be asked again; the process ends. `reason`."),
    "kafka_stop_waits_no_longer": LogEvent("warning", "A second signal came: results under way are left."),
    "records_expired": LogEvent("error", "Records went by the topic's retention before they were read."),
    "log_cut": LogEvent("error", "The log ends before the commit: cut, or a new topic. It is read from its beginning."),
    "topics_missing": LogEvent("warning", "Topics are not there; `create_with` has the command that creates them."),
    "commits_unanswered": LogEvent(
        "warning",
        "Partitions came, and where they begin is not told since `seconds`: the group's coordinator is away, or a "
        "transaction on its commits is never ended, which `find_with` finds. Once a minute.",
    ),
    "ledger_unavailable": LogEvent("warning", "The ledger does not answer; what needs it waits. `reason`."),
    "ledger_recovered": LogEvent("info", "The ledger answers again."),
    "earn_feed_restarted": LogEvent("warning", "The ledger is new: the earn feed starts from its beginning."),
    "registry_unavailable": LogEvent("warning", "The schema registry does not answer; its partition waits."),
    "partitions_assigned": LogEvent("info", "Partitions came."),
    "partitions_revoked": LogEvent("info", "Partitions went, after what was under way."),
    "partitions_lost": LogEvent("warning", "Partitions were taken away without notice."),
    "offset_map_ignored": LogEvent("warning", "A commit's metadata was not ours, damaged or stale; `reason`."),
    "transaction_aborted": LogEvent("warning", "A transaction was aborted; its results go into the next one."),
    "kafka_error": LogEvent(
        "warning",
        "The Kafka client reports an error; `code`, and the `remedy` where it is about who we or they are. "
        "Each at most once a minute.",
    ),
    "kafka_password_changed": LogEvent(
        "info", "The password's file has another one; connections made from now on use it."
    ),
    "outcome": LogEvent("info", "An outcome was decided; `trace_id` is that of its record's `traceparent`."),
    "earn_unreadable": LogEvent("warning", "A record of the earn feed cannot be read and is a dead letter."),
    "throttled": LogEvent("warning", "The vendor answered 429."),
    "api_unreachable": LogEvent("error", "No safe connection to the vendor comes about: certificates; `reason`."),
    "answer_unread": LogEvent("warning", "An answer of the vendor was too large, and counts as empty; `reason`."),
    "credentials_refreshed": LogEvent(
        "info", "After a refusal the secrets were read again, and with `oauth` there is a new token."
    ),
    "credentials_rejected": LogEvent(
        "error", "The vendor refuses fresh credentials (`code`), or gives no token; calls hold until it takes them."
    ),
    "flood": LogEvent("error", "Too many records would be dead letters; all is held. Mend the cause and restart."),
    "stopping": LogEvent("info", "A stop was asked for; calls under way end first."),
    "stopped": LogEvent("info", "All is published and let go."),
    "died": LogEvent("error", "The process ends and wants a restart; `error` has the cause."),
    "library": LogEvent("warning", "What a library reports, at the level it chose; `library` names it."),
}
