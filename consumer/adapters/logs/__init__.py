"""What the process tells on stdout."""

from consumer.adapters.logs.events import EVENTS
from consumer.adapters.logs.writing import Libraries, Log, on_stdout, opened

__all__ = ["EVENTS", "Libraries", "Log", "on_stdout", "opened"]
