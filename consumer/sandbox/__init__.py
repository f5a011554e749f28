"""The simulated vendor, and the small world of the demo."""
