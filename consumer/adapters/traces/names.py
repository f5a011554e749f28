"""The names of spans and of what they carry, pinned: OpenTelemetry's for messaging are still in development.

No value is a customer's id, a payload, a secret or a whole URL.
"""

from typing import Literal

SCOPE = "returns-consumer"

MESSAGING_SYSTEM = "messaging.system"
OPERATION_NAME = "messaging.operation.name"
OPERATION_TYPE = "messaging.operation.type"
GROUP = "messaging.consumer.group.name"
TOPIC = "messaging.destination.name"
PARTITION = "messaging.destination.partition.id"
OFFSET = "messaging.kafka.offset"

METHOD = "http.request.method"
ROUTE = "url.template"
STATUS_CODE = "http.response.status_code"
HOST = "server.address"
PORT = "server.port"
ERROR = "error.type"

OUTCOME = "returns.outcome"
"""The status of the outcome."""

Method = Literal["GET", "POST"]


def process(topic: str) -> str:
    """The span of a record."""
    return f"process {topic}"


def request(method: Method, route: str) -> str:
    """The span of a request."""
    return f"{method} {route}"
