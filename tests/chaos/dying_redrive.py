"""`redrive` that is killed at one step: `python dying_redrive.py STEP NTH redrive --yes …`."""

import os
import signal
import sys
from typing import Any

from confluent_kafka import Producer

from consumer.adapters.kafka import sending_again
from consumer.cli import main
from consumer.flow import redrive

STEP, NTH = sys.argv[1], int(sys.argv[2])
BATCH = 2


class Dying(Producer):
    """Dies before or after the n-th of one of its calls, once what it produced is in the log."""

    times: dict[str, int]

    def __init__(self, properties: dict[str, Any]) -> None:
        super().__init__(properties)
        self.times = {}

    def _at(self, step: str) -> None:
        self.times[step] = self.times.get(step, 0) + 1
        if (step, self.times[step]) == (STEP, NTH):
            self.flush(5)
            os.kill(os.getpid(), signal.SIGKILL)

    def init_transactions(self, *args: Any, **options: Any) -> None:
        self._at("before-init")
        super().init_transactions(*args, **options)
        self._at("after-init")

    def begin_transaction(self) -> None:
        self._at("before-begin")
        super().begin_transaction()

    def produce(self, *args: Any, **options: Any) -> None:
        self._at("before-produce")
        super().produce(*args, **options)
        self._at("after-produce")

    def send_offsets_to_transaction(self, *args: Any, **options: Any) -> None:
        self._at("before-offsets")
        super().send_offsets_to_transaction(*args, **options)
        self._at("after-offsets")

    def commit_transaction(self, *args: Any, **options: Any) -> None:
        self._at("before-commit")
        super().commit_transaction(*args, **options)
        self._at("after-commit")


if __name__ == "__main__":
    vars(sending_again)["Producer"] = Dying
    redrive.LARGEST_BATCH = BATCH
    sys.argv = ["returns-consumer", *sys.argv[3:]]
    main()
