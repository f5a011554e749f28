"""Two of Kafka's own tools, as far as the documentation uses them, without a Java to start for each."""

import argparse
import sys

from tests.testbed.topics import Topics, ToProduce, produce


def main() -> None:
    """`create` as kafka-topics.sh does, `produce` as kafka-console-producer.sh."""
    parser = argparse.ArgumentParser()
    parser.add_argument("verb", choices=["create", "produce"])
    parser.add_argument("--bootstrap-server", required=True)
    parser.add_argument("--create", action="store_true")
    parser.add_argument("--topic", required=True)
    parser.add_argument("--partitions", type=int, default=1)
    parser.add_argument("--property", action="append")
    asked = parser.parse_args()
    if asked.verb == "create":
        Topics(asked.bootstrap_server).create(asked.topic, asked.partitions)
        sys.stdout.write(f"Created topic {asked.topic}.\n")
        return
    told = [line.rstrip("\n").encode().split(b"|", 1) for line in sys.stdin]
    produce(asked.bootstrap_server, asked.topic, [ToProduce(key=key, value=value) for key, value in told])


if __name__ == "__main__":
    main()
