"""A server as an operator starts it: a process of its own, spoken to over the network."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx2

from tests.forkserver_process import Preloaded

SESSIONS = Path(sys.executable).with_name("sessions")
PROJECT = Path(__file__).parents[1]
PATIENCE = 60
PLAIN = ("serve", "--port", "0")


#: Tests ask more in a minute than people do.
UNHURRIED = dict.fromkeys(
    (
        f"SESSIONS_{whose}_{what}_PER_MINUTE"
        for whose in ("USER", "ACCOUNT")
        for what in ("REQUESTS", "ANSWERS")
    ),
    "",
) | {"SESSIONS_FAILED_SIGN_INS_PER_MINUTE": "", "SESSIONS_ANONYMOUS_REQUESTS_PER_MINUTE": ""}


def environment(**more: str) -> dict[str, str]:
    """This one's, without what would set up a server otherwise than the test says."""
    ours = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("SESSIONS_", "ANTHROPIC_", "DATABASE_URL"))
    }
    return ours | UNHURRIED | more


def run(*arguments: str, cwd: Path = PROJECT, **more: str) -> subprocess.CompletedProcess[str]:
    """One command of ours, to its end, without its imports."""
    process = Preloaded(arguments, environment(**more), cwd)
    limit = threading.Timer(PATIENCE, process.kill)
    limit.start()
    with ThreadPoolExecutor(2) as readers, process.stdout, process.stderr:
        stdout, stderr = readers.map(lambda stream: stream.read(), (process.stdout, process.stderr))
        status = process.wait(PATIENCE)
    limit.cancel()
    return subprocess.CompletedProcess(list(arguments), status, stdout, stderr)


def run_script(
    *arguments: str, cwd: Path = PROJECT, **more: str
) -> subprocess.CompletedProcess[str]:
    """The same by the console script, as a shell starts it."""
    return subprocess.run(
        [SESSIONS, *arguments],
        cwd=cwd,
        env=environment(**more),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )


@dataclass
class Served:
    process: subprocess.Popen[str] | Preloaded
    said: list[str]
    log: list[str]
    #: A token or a key, where one has to sign in.
    bearer: str | None = None

    def by(self, bearer: str | None) -> "Served":
        """The same server, used by somebody else."""
        return replace(self, bearer=bearer)

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.bearer}"} if self.bearer else {}

    @property
    def url(self) -> str:
        [line] = [line for line in self.said if line.startswith("GraphQL")]
        return line.split()[1]

    @property
    def origin(self) -> str:
        return self.url.removesuffix("/graphql")

    @property
    def client(self) -> httpx2.Client:
        # To read the certificates of the system takes longer than most requests.
        return httpx2.Client(
            base_url=self.origin, timeout=PATIENCE, headers=self.headers, verify=False
        )

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """An operation over HTTP; the whole answer."""
        with self.client as client:
            answer = client.post("/graphql", json={"query": query, "variables": variables})
        return dict(answer.json())

    def data(self, query: str, **variables: Any) -> Any:
        answer = self.ask(query, **variables)
        assert "errors" not in answer, answer
        return answer["data"]

    def has_logged(self, words: str, *, times: int = 1, since: int = 0) -> bool:
        """What it logs arrives a moment after what it answers. `since` is a place in the log."""
        deadline = time.monotonic() + PATIENCE
        while sum(words in line for line in self.log[since:]) < times:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.01)
        return True

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(how)
        return self.process.wait(PATIENCE)


def started(*arguments: str, **more: str) -> subprocess.Popen[str] | Preloaded:
    """The console script where it is given options; else what it does, without its imports."""
    if arguments == PLAIN:
        return Preloaded(arguments, environment(**more))
    return subprocess.Popen(
        [SESSIONS, *arguments],
        cwd=PROJECT,
        env=environment(**more),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@contextmanager
def serving(*arguments: str, **more: str) -> Iterator[Served]:
    """`sessions serve` on a free port, from the moment it answers."""
    process = started(*PLAIN, *arguments, **more)
    served = Served(process, [], [])
    limit = threading.Timer(PATIENCE, process.kill)
    limit.start()
    reader = threading.Thread(target=keep, args=(process.stderr, served.log), daemon=True)
    reader.start()
    try:
        read_announcement(served)
        limit.cancel()
        with served.client as client:
            assert client.get("/health").json() == {"status": "ok"}
        yield served
    finally:
        limit.cancel()
        if process.poll() is None:
            served.stop()
        reader.join(PATIENCE)
        process.stdout.close()
        process.stderr.close()


def sign_in_users(served: Served, database_url: str, *names: str) -> list[Served]:
    """The server as each of these users has it, who sign in by keys of their own."""
    made = [run("keys", "create", "--name", name, DATABASE_URL=database_url) for name in names]
    return [served.by(each.stdout.strip()) for each in made]


def read_announcement(served: Served) -> None:
    for line in served.process.stdout:
        served.said.append(line.strip())
        if line.startswith("Assistant"):
            return
    served.process.wait(PATIENCE)
    raise AssertionError("".join(served.log))


def keep(stream: Any, lines: list[str]) -> None:
    lines.extend(stream)
