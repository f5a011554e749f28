"""The command `returns-consumer`: verbs → one function each → exit code."""

from consumer.cli.verbs import main

__all__ = ["main"]
