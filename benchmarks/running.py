"""A subject and the stub as processes: on which cores they run, what they took."""

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from benchmarks.arms import Arm
from benchmarks.faults import Faults
from benchmarks.subjects import ROOT, Place, Subject, environment
from tests.testbed.get import get
from tests.testbed.process import Process, Program
from tests.testbed.waiting import wait_until

TICKS = os.sysconf("SC_CLK_TCK")
LONGEST_START = 180.0
LONGEST_STOP = 60.0


def share_cores() -> frozenset[int]:
    """Keep all that is started from now on off the first core; that one, for the subject, is what is returned.

    On a machine with one core there is nothing to share.
    """
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) > 1:
        os.sched_setaffinity(0, cores[1:])
    return frozenset(cores[:1])


class Running:
    """One life after the other of a subject in its place; CPU and memory are those of all its lives."""

    def __init__(self, subject: Subject, place: Place, folder: Path, cores: frozenset[int]) -> None:
        self._subject, self._place, self._folder, self._cores = subject, place, folder, cores
        self._process: Process | None = None
        self._spent = self._highest = 0.0

    @property
    def pid(self) -> int:
        return self._running().pid

    def start(self, earns: int) -> None:
        """Start it and return once it is ready to be given returns."""
        self._process = Process(
            Program(
                command=self._subject.command(self._place),
                folder=self._folder,
                log=self._folder / "log",
                environment=environment(self._subject, self._place),
            )
        )
        os.sched_setaffinity(self._process.pid, self._cores)
        self._process.wait_until_ready(
            self._subject.title, lambda: self._subject.ready(self._place, earns), within=LONGEST_START
        )

    def cpu(self) -> float:
        """Seconds of CPU until now."""
        return self._spent + (cpu_seconds(self.pid) if self._lives() else 0.0)

    def memory(self) -> float:
        """MB at its highest."""
        return max(self._highest, highest_memory(self.pid) if self._lives() else 0.0)

    def kill(self) -> None:
        """End it as kill -9 does."""
        self._remember()
        self._running().kill()

    def stop(self) -> None:
        """Stop it in an orderly way, or as it must where that takes too long."""
        self._remember()
        self._running().stop(within=LONGEST_STOP)

    def check(self) -> None:
        """Complain of a subject that died by itself."""
        if not self._lives():
            raise RuntimeError(f"{self._subject.title} died\n{self._running().log_tail()}")

    def _remember(self) -> None:
        self._spent, self._highest = self.cpu(), self.memory()

    def _lives(self) -> bool:
        return self._running().exit_code is None

    def _running(self) -> Process:
        if self._process is None:
            raise RuntimeError("it was never started")
        return self._process


class Stub:
    """The vendor's process."""

    def __init__(self, port: int, arm: Arm, faults: Faults, folder: Path) -> None:
        self._home = f"http://127.0.0.1:{port}"
        self._process = Process(
            Program(
                command=[
                    *(sys.executable, "-m", "benchmarks.stub"),
                    *(str(port), str(arm.latency), json.dumps(asdict(faults))),
                ],
                folder=folder,
                log=folder / "stub.log",
                environment=dict(os.environ) | {"PYTHONPATH": str(ROOT)},
            )
        )
        wait_until(self._answers, within=30, what="the stub")

    def counts(self) -> Mapping[str, int]:
        """What it was asked until now, as `stub.Counts`."""
        return dict(json.loads(get(f"{self._home}/counts").text))

    def heal(self) -> None:
        """Let the hung record be answered from now on."""
        get(f"{self._home}/heal")

    def close(self) -> None:
        self._process.kill()

    def _answers(self) -> bool:
        try:
            return bool(self.counts())
        except OSError:
            return False


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def highest_memory(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024
