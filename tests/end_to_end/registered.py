"""Our schemas in a registry, as producers put them there."""

from pathlib import Path

import httpx

SCHEMAS = Path(__file__).parents[2] / "schemas"


def registered(registry: str) -> dict[str, int]:
    """Our schemas' ids in the registry."""
    ids = {}
    for name, file in (("return", "return_transaction"), ("earn", "earn_event")):
        schema = (SCHEMAS / f"{file}.avsc").read_text()
        answer = httpx.post(f"{registry}/subjects/{file}-value/versions", json={"schema": schema}, timeout=30)
        ids[name] = int(answer.raise_for_status().json()["id"])
    return ids
