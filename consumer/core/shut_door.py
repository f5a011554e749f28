"""Why the brokers do not let us in, or we do not trust them, in words that name the remedy."""

CREDENTIALS = (
    "the brokers refuse our credentials: correct kafka.sasl_password, and sasl.username and sasl.mechanism in "
    "kafka.options; with kafka.oauth, what the role may do"
)
NO_ROLE = "no token is to be had for the brokers: see that this process has a role it may take, and a way to it"
THEIR_CERTIFICATE = (
    "the brokers' certificate cannot be verified: name its authority by ssl.ca.location in kafka.options, and the "
    "brokers as the certificate does"
)
OUR_CERTIFICATE = (
    "the brokers refuse our certificate: correct ssl.certificate.location and ssl.key.location in kafka.options"
)
NO_TLS = "there is no TLS at that port: correct kafka.bootstrap_servers, or security.protocol in kafka.options"

_SAYING = (
    ("_AUTHENTICATION", "token:", NO_ROLE),
    ("_AUTHENTICATION", "", CREDENTIALS),
    ("_SSL", "certificate verify failed", THEIR_CERTIFICATE),
    ("_SSL", "wrong version number", NO_TLS),
    ("_SSL", "alert", OUR_CERTIFICATE),
    ("_TRANSPORT", "alert", OUR_CERTIFICATE),
)
"""The client's code, a part of its message, and what both mean together; the first that fits counts."""


def remedy(code: str, message: str) -> str | None:
    """What an error of the client's means where it is about who we are or who they are; else None."""
    return next((words for its, part, words in _SAYING if its == code and part in message), None)
