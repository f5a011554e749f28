"""What the testbed starts ends with the tests, whatever happens to them."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.testbed.missing import MissingPartError, give_up
from tests.testbed.process import Process, Program, leash
from tests.testbed.waiting import wait_until

ROOT = Path(__file__).parents[2]
STARTS_AND_DIES = """
import os, pathlib, signal
from tests.testbed.process import Process, Program
from tests.testbed.waiting import wait_until
here = pathlib.Path.cwd()
started = Process(Program(command=["sleep", "600"], folder=here, log=here / "log"))
command = pathlib.Path(f"/proc/{started.pid}/cmdline")
wait_until(lambda: command.read_bytes().startswith(b"sleep"), within=30, what="the leash is on")
print(started.pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def runs(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def test_a_program_dies_with_the_test_run_that_was_killed(tmp_path: Path) -> None:
    if not leash():
        give_up("setpriv", MissingPartError("install util-linux"))
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    killed = subprocess.run(
        [sys.executable, "-c", STARTS_AND_DIES],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert killed.returncode == -signal.SIGKILL, killed.stderr
    wait_until(lambda: not runs(int(killed.stdout)), within=10, what="the program is gone")


def test_a_program_that_ends_before_it_is_ready_is_told_with_its_log(tmp_path: Path) -> None:
    program = Program(command=["sh", "-c", "echo no such setting; exit 2"], folder=tmp_path, log=tmp_path / "log")
    process = Process(program)

    with pytest.raises(RuntimeError, match="no such setting"):
        process.wait_until_ready("the part", lambda: False, within=10)
    assert process.exit_code == 2
