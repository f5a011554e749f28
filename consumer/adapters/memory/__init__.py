"""Adapters that keep everything in this process: for tests, and for trying things out."""

from consumer.adapters.memory.ledger import MemoryLedger
from consumer.adapters.memory.vendor import NobodysVendor

__all__ = ["MemoryLedger", "NobodysVendor"]
