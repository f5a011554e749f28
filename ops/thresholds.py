"""Where a panel turns red: the same values at which the alerts fire, as a test makes sure."""

from consumer.core.progress import MAP_ALERT

IN_TIME = 300.0
"""The seconds after which an outcome is late, as the recording rules count it."""
LATE_ALLOWED = 0.01
OWN_FAULTS_ALLOWED = 0.001
FAST_BURN = 14.4
SLOW_BURN = 6.0
API_ERRORS = 0.1
API_SLOW = 5.0
QUOTA_USED = 0.95
POLL_STALLED = 60.0
DEAD_LETTERS = 0.01
BACKLOG = 3600.0
OLDEST = 3600.0
"""The seconds after which whatever fails alone is given up (`retry.give_up_after`)."""
HOLDING = 1.0
CIRCUIT_OPEN = 1.0
MAP_USED = MAP_ALERT
"""No alert but the service itself: there it pauses the partition."""

ALERTS = {
    "ReturnsFreshnessBurnSlow": LATE_ALLOWED,
    "ReturnsErrorBurnSlow": OWN_FAULTS_ALLOWED,
    "ReturnsFreshnessBurnFast": FAST_BURN,
    "ReturnsErrorBurnFast": SLOW_BURN,
    "ReturnsApiErrors": API_ERRORS,
    "ReturnsApiSlow": API_SLOW,
    "ReturnsQuotaSaturated": QUOTA_USED,
    "ReturnsPollStalled": POLL_STALLED,
    "ReturnsDeadLetters": DEAD_LETTERS,
    "ReturnsBacklogWontDrain": BACKLOG,
    "ReturnsOldestWaiting": OLDEST,
    "ReturnsFloodHeld": HOLDING,
    "ReturnsCircuitOpen": 1 - CIRCUIT_OPEN,
}
