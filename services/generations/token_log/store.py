"""The token log: every statement on `generation_deltas`.

A write names its attempt, which is the fencing token: a delta is stored only while the generation
runs at this attempt. The row lock on the generation makes this exact: finishing a generation waits
for a write in progress, and a write waits for a finish in progress and then finds the row finished.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.types import Integer, Text, Uuid

from services.channels import Channel
from storage import notifications
from storage.pool import driver_connection, execute_statement
from storage.reader import fetch_in_account
from storage.statements import Statement
from storage.transactions import Transaction


@dataclass(frozen=True, slots=True)
class TokenLogDelta:
    """A piece of text with its number in the log; `attempt` is the fencing token."""

    account_id: UUID
    generation_id: UUID
    attempt: int
    number: int
    text: str


APPEND_DELTAS = Statement(
    """
    WITH written AS (
        SELECT * FROM unnest(:account_ids, :ids, :attempts, :numbers, :texts)
            AS w(account_id, id, attempt, number, text)
    ), owned AS (
        SELECT g.account_id, g.id, g.attempt FROM generations g
        JOIN written w ON w.account_id = g.account_id AND w.id = g.id AND w.attempt = g.attempt
        WHERE g.status = 'running' ORDER BY g.id FOR NO KEY UPDATE OF g
    ), inserted AS (
        INSERT INTO generation_deltas (account_id, generation_id, number, attempt, text)
        SELECT account_id, id, w.number, attempt, w.text
        FROM written w JOIN owned USING (account_id, id, attempt)
        ON CONFLICT (account_id, generation_id, number) DO NOTHING
    ), first_token AS (
        UPDATE generations g SET first_token_at = now()
        FROM owned JOIN written w USING (account_id, id)
        WHERE g.account_id = owned.account_id AND g.id = owned.id
            AND w.number = 1 AND g.first_token_at IS NULL
    ), notified AS (
        SELECT pg_notify(:channel, string_agg(id::text, ',')) AS done
        FROM (SELECT id, row_number() OVER () / :ids_per_payload AS part FROM owned) AS parts
        GROUP BY part
    )
    SELECT id, attempt FROM owned WHERE (SELECT count(done) FROM notified) >= 0
    """,
    account_ids=ARRAY(Uuid),
    ids=ARRAY(Uuid),
    attempts=ARRAY(Integer),
    numbers=ARRAY(Integer),
    texts=ARRAY(Text),
    channel=Text(),
    ids_per_payload=Integer(),
)

#: Parameters: account_id, ids, numbers.
READ_DELTAS_AFTER = Statement(
    """
    SELECT g.id, g.status, g.attempt AS current_attempt, g.last_number, d.number, d.attempt, d.text
    FROM unnest(:ids, :numbers) AS w(id, number)
    JOIN generations g ON g.account_id = :account_id AND g.id = w.id
    LEFT JOIN generation_deltas d
        ON d.account_id = g.account_id AND d.generation_id = g.id AND d.number > w.number
    ORDER BY g.id, d.number
    """,
    account_id=Uuid(),
    ids=ARRAY(Uuid),
    numbers=ARRAY(Integer),
)

WRITTEN_TEXT = Statement(
    """
    SELECT coalesce(max(number), 0), coalesce(string_agg(text, '' ORDER BY number), '')
    FROM generation_deltas WHERE generation_id = :id
    """
)


class TokenLogRow(NamedTuple):
    """The state of a generation, with one of its deltas or none (an outer join)."""

    id: UUID
    status: str
    current_attempt: int
    last_number: int
    number: int | None
    attempt: int
    text: str


@dataclass(frozen=True, slots=True)
class WrittenText:
    """The text of a generation in the log, and the number of its last delta."""

    number: int = 0
    text: str = ""


@dataclass(frozen=True, slots=True)
class TokenLogStore:
    """Writes the token log for all accounts, on a connection that requests cannot take."""

    engine: AsyncEngine
    #: Backends that append for this process: it ignores the notifications they send.
    own_writer_pids: set[int] = field(default_factory=set)

    async def append(self, deltas: Sequence[TokenLogDelta]) -> set[tuple[UUID, int]]:
        """Write deltas and notify their readers; return the generations whose lease this process
        still holds, each with its attempt.

        One statement, so it needs no transaction around it. It is idempotent: after an error of
        unknown outcome, the caller may repeat it.
        """
        given = {
            "account_ids": [delta.account_id for delta in deltas],
            "ids": [delta.generation_id for delta in deltas],
            "attempts": [delta.attempt for delta in deltas],
            "numbers": [delta.number for delta in deltas],
            "texts": [delta.text for delta in deltas],
            "channel": Channel.GENERATION_TEXT,
            "ids_per_payload": notifications.IDS_PER_PAYLOAD,
        }
        async with driver_connection(self.engine) as driver:
            self.own_writer_pids.add(driver.get_server_pid())
            rows = await execute_statement(driver, APPEND_DELTAS, given)
        return {(id, attempt) for id, attempt in rows}


@dataclass(frozen=True, slots=True)
class TokenLogReader:
    """Reads the token log of one account at a time, on a connection that requests cannot take."""

    engine: AsyncEngine

    async def read_after(self, account_id: UUID, numbers: dict[UUID, int]) -> list[TokenLogRow]:
        """State and new deltas of several generations, from one database snapshot."""
        given = {
            "account_id": account_id,
            "ids": list(numbers),
            "numbers": list(numbers.values()),
        }
        rows = await fetch_in_account(self.engine, account_id, READ_DELTAS_AFTER, given)
        return [TokenLogRow(*row) for row in rows]


async def load_written_text(transaction: Transaction, generation_id: UUID) -> WrittenText:
    """The text of a generation that is in the log."""
    [row] = await transaction.execute(WRITTEN_TEXT, id=generation_id)
    return WrittenText(*row)


#: Longer than a viewer takes to reconnect. A later one gets the finished text instead of the log.
LOG_KEPT_FOR = timedelta(minutes=10)
#: Scans the log, which holds the last minutes, not the generations, which are kept for good.
DELETE_LOGS = Statement(
    "DELETE FROM generation_deltas d USING generations g"
    " WHERE g.account_id = d.account_id AND g.id = d.generation_id"
    " AND g.finished_at < now() - CAST(:kept_for AS interval)"
)


async def delete_expired_logs(db: Transaction) -> None:
    await db.execute(DELETE_LOGS, kept_for=LOG_KEPT_FOR)
