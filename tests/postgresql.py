"""A PostgreSQL of one's own, in a temporary folder, for as long as it is needed."""

import contextlib
import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg

_OPTIONS = "-c listen_addresses='' -c fsync=off -c max_connections=40 -c shared_buffers=16MB -c autovacuum=off"
_numbers = itertools.count()


class Cluster:
    """A server on a socket in its folder, and what it takes to stop it and to start it again.

    It refuses to run as root, so there it runs as another user, who owns the folder.
    """

    def __init__(self, programs: Path, folder: Path) -> None:
        self._programs, self._folder, self._data = programs, folder, folder / "data"
        self._user: dict[str, Any] = {}
        if os.geteuid() == 0:
            names = {entry.pw_name for entry in pwd.getpwall()}
            user = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
            os.chown(folder, user.pw_uid, user.pw_gid)
            self._user = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        self._run("initdb", "--no-sync", "--auth=trust", "--username=pad", "--encoding=UTF8", "--locale=C")

    def start(self) -> None:
        self._run(
            "pg_ctl", "--wait", f"--log={self._folder / 'log'}", f"--options={_OPTIONS} -k {self._folder}", "start"
        )

    def stop(self) -> None:
        self._run("pg_ctl", "--wait", "--mode=immediate", "stop")

    def create(self) -> str:
        """The URL of a new database."""
        name = f"kept{next(_numbers)}"
        with psycopg.connect(host=str(self._folder), user="pad", dbname="postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return f"postgresql://pad@/{name}?host={self._folder}"

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._programs / program), f"--pgdata={self._data}", *arguments]
        # no pipe: the server would inherit it, and keep it open
        with (self._folder.parent / f"{self._folder.name}.out").open("w+") as output:
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, check=False, cwd="/", **self._user
            )
            output.seek(0)
            assert done.returncode == 0, output.read()


@contextlib.contextmanager
def running(programs: Path) -> Iterator[Cluster]:
    """A cluster, stopped and deleted afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="digitpad-", dir="/tmp"))  # short, and open to other users: sockets need it
    try:
        cluster = Cluster(programs, folder)
        cluster.start()
        try:
            yield cluster
        finally:
            cluster.stop()
    finally:
        shutil.rmtree(folder)
        folder.with_name(f"{folder.name}.out").unlink(missing_ok=True)
