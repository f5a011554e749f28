"""One started program: its own process group, its log in a file, ended with the tests whatever happens."""

import atexit
import os
import pwd
import shutil
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.testbed.waiting import wait_until

TAIL = 4_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """What to start: the command, its environment (None: ours), where it runs, who as, and its log file."""

    command: Sequence[str]
    folder: Path
    log: Path
    environment: Mapping[str, str] | None = None
    user: str | None = None


class Process:
    """A program under way. Every signal goes to its whole group."""

    def __init__(self, program: Program) -> None:
        with program.log.open("ab") as log:
            self._popen = subprocess.Popen(
                [*leash(), *program.command],
                cwd=program.folder,
                env=program.environment,
                user=program.user,
                group=group_of(program.user),
                extra_groups=[] if program.user else None,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._log = program.log
        self._command = " ".join(program.command)
        atexit.register(self.kill)

    @property
    def pid(self) -> int:
        return self._popen.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs; a negative number is the signal that ended it."""
        return self._popen.poll()

    def log_tail(self) -> str:
        """The end of what it wrote, for a failure's message."""
        return self._log.read_text(errors="replace")[-TAIL:]

    def send(self, number: signal.Signals) -> None:
        """Signal the group; nothing happens when it has ended."""
        if self.exit_code is None:
            os.killpg(self.pid, number)

    def wait(self, *, within: float) -> int:
        """The exit code, or TimeoutError."""
        try:
            return self._popen.wait(within)
        except subprocess.TimeoutExpired:
            raise TimeoutError(f"still running after {within:g} s: {self._command}\n{self.log_tail()}") from None

    def kill(self) -> None:
        """End it now, as kill -9 does."""
        self.send(signal.SIGKILL)
        self._popen.wait()
        atexit.unregister(self.kill)

    def stop(self, *, within: float, number: signal.Signals = signal.SIGTERM) -> None:
        """End it in an orderly way; kill it if it takes longer than `within` seconds."""
        self.send(number)
        try:
            self.wait(within=within)
        except TimeoutError:
            pass
        finally:
            self.kill()

    def wait_until_ready(self, part: str, ready: Callable[[], bool], *, within: float) -> None:
        """Return once it is ready; a process that died first is told with the end of its log."""

        def ready_or_dead() -> bool:
            return self.exit_code is not None or ready()

        try:
            wait_until(ready_or_dead, within=within, what=f"{part} is ready")
        except TimeoutError as error:
            raise TimeoutError(f"{error}\n{self.log_tail()}") from None
        if self.exit_code is not None:
            raise RuntimeError(f"{part} ended with {self.exit_code} before it was ready\n{self.log_tail()}")


def leash() -> list[str]:
    """A prefix that ends the program when we are killed ourselves, where the machine has one.

    The kernel watches the thread that starts the program, so only the main thread may use it.
    """
    setpriv = shutil.which("setpriv")
    if setpriv is None or threading.current_thread() is not threading.main_thread():
        return []
    return [setpriv, "--pdeathsig", "KILL", "--"]


def group_of(user: str | None) -> int | None:
    """The user's own group; None stays None: the group we have."""
    return None if user is None else pwd.getpwnam(user).pw_gid
