"""Environment and YAML → frozen Settings, or every problem at once."""

from consumer.settings.loading import SettingsError, load, warnings
from consumer.settings.network import exposed
from consumer.settings.secret import Secret
from consumer.settings.sections import Settings
from consumer.settings.traces import are_traces_wanted, is_otel_installed, trace_problems

__all__ = [
    "Secret",
    "Settings",
    "SettingsError",
    "are_traces_wanted",
    "exposed",
    "is_otel_installed",
    "load",
    "trace_problems",
    "warnings",
]
