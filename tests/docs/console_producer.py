"""Kafka's console producer, as far as the documentation uses it, without a Java to start."""

import argparse
import sys

from tests.testbed.topics import ToProduce, produce


def main() -> None:
    """Produce each line of standard input, its key before the first `|`."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--bootstrap-server", required=True)
    parser.add_argument("--topic", required=True)
    parser.add_argument("--property", action="append")
    asked = parser.parse_args()
    told = [line.rstrip("\n").encode().split(b"|", 1) for line in sys.stdin]
    produce(asked.bootstrap_server, asked.topic, [ToProduce(key=key, value=value) for key, value in told])


if __name__ == "__main__":
    main()
