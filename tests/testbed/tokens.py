"""Tokens that nobody signed: a broker without a validator believes them."""

import json
import time
from base64 import urlsafe_b64encode


def a_token(subject: str, life: float) -> tuple[str, int]:
    """Whose it is, and its end in milliseconds since 1970; `life` is in seconds."""
    now = time.time()
    claims = {"sub": subject, "iat": now, "exp": now + life}
    parts = ({"alg": "none"}, claims)
    return ".".join([*(_encoded(part) for part in parts), ""]), int((now + life) * 1000)


def _encoded(part: object) -> str:
    return urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")
