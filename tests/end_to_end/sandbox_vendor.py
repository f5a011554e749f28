"""The product's own sandbox as the vendor of a proof: a process of its own, asked over HTTP what it saw."""

import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import httpx

from tests.end_to_end.instance import environment
from tests.end_to_end.truth import AtTheVendor, Told, VendorCall, VendorState
from tests.end_to_end.vendor import PASSWORD, USER
from tests.testbed.ports import free_port
from tests.testbed.process import Process, Program
from tests.testbed.waiting import wait_until

SECONDS = 30
AT_ONCE = 1000
REFUSED = 401
"""The status of a call that came no further than the door."""
STATES = {"held": "held", "redeemed": "redeemed", "revoked": "revoked", "pos": "held"}
"""What the sandbox knows of an earn before any call; `unknown` and `refused` are told by a mark in the earn's id."""


class SandboxVendor:
    """`returns-consumer sandbox` with the earns of a world, answering as the behaviour says."""

    def __init__(
        self, earns: Mapping[str, tuple[int, str, VendorState]], folder: Path, behaviour: Mapping[str, Any]
    ) -> None:
        self._earns = earns
        self._folder = folder
        self._behaviour = {"auth": "basic", "username": USER, "password": PASSWORD, "latency": 0.02, **behaviour}
        self._process: Process | None = None
        self._wall = time.time() - time.monotonic()
        """The sandbox tells the time of day, and evidence is by our own clock."""
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"

    def behave(self, **changes: object) -> None:
        """Behave otherwise in this from now on, and as before in all else."""
        httpx.patch(f"{self.url}/sandbox/behaviour", json=changes, timeout=SECONDS).raise_for_status()

    def forget_tokens(self) -> None:
        """Let every token given so far be worth nothing."""
        httpx.delete(f"{self.url}/sandbox/tokens", timeout=SECONDS).raise_for_status()

    def evidence(self) -> AtTheVendor:
        """What the oracle needs, as it is now."""
        overlaps = httpx.get(f"{self.url}/sandbox/state", timeout=SECONDS).json()["overlaps"]
        calls = [call for call in self.calls() if call["operation"] == "revoke" and call["earns"]]
        return AtTheVendor(
            revoked_by_us=frozenset(
                earn for call in calls for earn in call["revoked"] if self._earns[earn][2] != "revoked"
            ),
            calls=tuple(self._as_seen(call) for call in calls),
            complaints=(f"{overlaps} calls for a customer who had one under way",) if overlaps else (),
            second_revoke=self._behaviour.get("already_revoked", 731),
        )

    def calls(self) -> list[dict[str, Any]]:
        """Every call as the sandbox tells of it."""
        told: list[dict[str, Any]] = httpx.get(f"{self.url}/sandbox/calls", timeout=SECONDS).json()
        return told

    def _as_seen(self, call: Mapping[str, Any]) -> VendorCall:
        asked = tuple(call["earns"])
        judged = call["status"] not in {None, REFUSED}
        return VendorCall(
            request_id=f"sandbox-{call['number']}",
            customer_id=call["customer"],
            earn_ids=asked,
            started=call["arrived"] - self._wall,
            ended=call["arrived"] - self._wall,
            told=self._told(asked, frozenset(call["revoked"])) if judged else dict.fromkeys(asked, "unclear"),
            status=call["status"],
        )

    def _told(self, asked: tuple[str, ...], revoked: frozenset[str]) -> Mapping[str, Told]:
        """What an answer of this behaviour leaves certain."""
        if revoked == frozenset(asked):
            return dict.fromkeys(asked, "revoked" if self._behaviour.get("answer", "normal") == "normal" else "unclear")
        if len(asked) == 1:
            return dict.fromkeys(asked, "failed")
        names_errors = str(self._behaviour.get("errors", "attributed")).startswith("attributed")
        names_revoked = self._behaviour.get("shape", "A") == "A" and names_errors
        if_revoked: Told = "revoked" if names_revoked else "unclear"
        # A request that is refused as a whole leaves open what it says nothing of.
        if_failed: Told = "failed" if names_errors and self._behaviour.get("mixed") != "whole" else "unclear"
        return {earn: if_revoked if earn in revoked else if_failed for earn in asked}

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "consumer", "sandbox", "--port", str(self.port)]
        program = Program(
            command=command, folder=self._folder, log=self._folder / "sandbox.log", environment=environment({})
        )
        self._process = Process(program)
        wait_until(self._answers, within=SECONDS, what="the sandbox")
        with httpx.Client(base_url=self.url, timeout=SECONDS) as client:
            client.put("/sandbox/behaviour", json=self._behaviour).raise_for_status()
            known = [self._preloaded(earn_id, *told) for earn_id, told in self._earns.items() if told[2] in STATES]
            for start in range(0, len(known), AT_ONCE):
                client.post("/sandbox/earns", json=known[start : start + AT_ONCE]).raise_for_status()
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self._process.kill()

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/sandbox", timeout=1).is_success
        except httpx.HTTPError:
            return False

    def _preloaded(self, earn_id: str, customer_id: int, promotion_id: str, state: VendorState) -> dict[str, object]:
        kind = {"promotionType": "POS"} if state == "pos" else {}
        earn = {"customerId": customer_id, "promotionId": promotion_id, "earnId": earn_id, "state": STATES[state]}
        return {**earn, **kind}
