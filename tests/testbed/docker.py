"""The same parts as containers, for a machine that has Docker."""
