"""Adapters that keep everything in this process: for tests, and for trying things out."""

from consumer.adapters.memory.ledger import MemoryLedger

__all__ = ["MemoryLedger"]
