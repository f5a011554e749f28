"""Environment and YAML → frozen Settings, or every problem at once."""

from consumer.settings.loading import SettingsError, load, warnings
from consumer.settings.secret import Secret
from consumer.settings.sections import Settings

__all__ = ["Secret", "Settings", "SettingsError", "load", "warnings"]
