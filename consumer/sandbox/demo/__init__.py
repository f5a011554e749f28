"""A small shop's day of returns: the real service between a mock broker, SQLite and the simulated vendor."""

import asyncio

from rich.console import Console

from consumer.sandbox.demo.show import show

WIDEST = 120

__all__ = ["main"]


def main() -> None:
    """Show the day. Exits with 1 unless every story ended as told."""
    console = Console(highlight=False)
    console.width = min(console.width, WIDEST)
    if not asyncio.run(show(console)):
        raise SystemExit(1)
