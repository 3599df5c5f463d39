"""Problems of PostgreSQL itself that an operator mends: a full disk, no right to write, too many
connections. Each is told to clients by a code of its own, logged once per episode, and counted.

Whoever met one tries again: it ends without a restart.
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from storage.log_episodes import LogEpisodes
from storage.outages import find_sqlstate, is_outage

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class DatabaseProblem:
    """One kind of problem; `advice` is for operators, `message` for users."""

    name: str
    code: str
    what: str
    advice: str

    @property
    def message(self) -> str:
        return f"The database {self.what}. Nothing was changed; try again later."


DISK_FULL = DatabaseProblem(
    "disk_full",
    "DATABASE_FULL",
    "has no disk space left",
    "Free disk space where PostgreSQL stores its data; the server goes on by itself.",
)
READ_ONLY = DatabaseProblem(
    "read_only",
    "DATABASE_READ_ONLY",
    "cannot be written to",
    "PostgreSQL is a standby, or default_transaction_read_only is on: name the primary in "
    "DATABASE_URL, or switch the setting off.",
)
TOO_MANY_CONNECTIONS = DatabaseProblem(
    "too_many_connections",
    "DATABASE_BUSY",
    "has no connection left",
    "Raise max_connections of PostgreSQL, or lower SESSIONS_POOL_SIZE or the number of processes.",
)
OUT_OF_MEMORY = DatabaseProblem(
    "out_of_memory",
    "DATABASE_BUSY",
    "has no memory left",
    "Give PostgreSQL more memory, or lower work_mem, shared_buffers or max_connections.",
)
LOCK_TIMEOUT = DatabaseProblem(
    "lock_timeout",
    "DATABASE_BUSY",
    "is locked by other work",
    "Something holds locks for longer than lock_timeout: see pg_stat_activity and pg_locks.",
)
PROBLEMS = {
    "53100": DISK_FULL,
    "25006": READ_ONLY,
    "53300": TOO_MANY_CONNECTIONS,
    "53200": OUT_OF_MEMORY,
    "55P03": LOCK_TIMEOUT,
}

#: How often statements of this process have met each problem, by its name.
PROBLEM_COUNTS: Counter[str] = Counter({each.name: 0 for each in PROBLEMS.values()})
_episodes = LogEpisodes()


def find_problem(error: BaseException) -> DatabaseProblem | None:
    """The problem that an error tells of."""
    return PROBLEMS.get(find_sqlstate(error))


def record_problem(error: BaseException) -> None:
    """Count the problem that an error tells of, and log the first one of an episode."""
    problem = find_problem(error)
    if problem is None:
        return
    PROBLEM_COUNTS[problem.name] += 1
    if _episodes.begin_with(problem.name):
        said = str(error).split("\n")[0]
        logger.error("The database %s (%s). %s", problem.what, said, problem.advice)


def is_current(problem: DatabaseProblem) -> bool:
    return _episodes.is_open(problem.name)


def current_problems() -> list[DatabaseProblem]:
    """What statements have met within the last minute."""
    return [each for each in PROBLEMS.values() if is_current(each)]


@contextmanager
def log_outage(log: Callable[[str, str, Exception], None], message: str) -> Iterator[None]:
    """Log an outage instead of raising it; `log` is a method of a logger. A problem is in the log
    already."""
    try:
        yield
    except Exception as error:
        if not is_outage(error):
            raise
        if find_problem(error) is None:
            log("%s: %s", message, error)
