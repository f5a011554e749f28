"""The service with a Kafka client that hangs in its first transaction: `python hanging_client.py run`."""

import sys
import threading
from typing import Any

from confluent_kafka import Producer

from consumer.adapters.kafka import hung, transaction
from consumer.cli import main


class Hanging(Producer):
    """Never answers to a transaction's offsets, as librdkafka may when the group's coordinator was away."""

    def send_offsets_to_transaction(self, *_: Any, **__: Any) -> None:
        threading.Event().wait()


if __name__ == "__main__":
    vars(transaction)["Producer"] = Hanging
    hung.ANSWER = 1.0
    sys.argv = ["returns-consumer", *sys.argv[1:]]
    main()
