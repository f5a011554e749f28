"""The promotion vendor, simulated over HTTP with every answer and fault it can give."""

from consumer.sandbox.vendor.behaviour import Behaviour, Preloaded
from consumer.sandbox.vendor.serving import create_app, run_sandbox, serve

__all__ = ["Behaviour", "Preloaded", "create_app", "run_sandbox", "serve"]
