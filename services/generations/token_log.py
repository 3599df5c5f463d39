"""The token log: every statement that touches `generation_deltas`.

Whoever writes names the attempt it holds; a row of an attempt that is no longer the current one
of a running generation is not written. The lock on the generation makes that exact: an ending
waits for a write under way, and a write waits for an ending and then finds it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Integer, Text, Uuid

from storage import connections, notifications
from storage.statements import Statement
from storage.transactions import Transaction


@dataclass(frozen=True, slots=True)
class TokenDelta:
    generation_id: UUID
    attempt: int
    number: int
    text: str


APPEND_DELTAS = Statement(
    """
    WITH written AS (
        SELECT * FROM unnest(:ids, :attempts, :numbers, :texts) AS w(id, attempt, number, text)
    ), owned AS (
        SELECT g.id, g.attempt, g.account_id FROM generations g
        JOIN written w ON w.id = g.id AND w.attempt = g.attempt
        WHERE g.status = 'running' ORDER BY g.id FOR NO KEY UPDATE OF g
    ), inserted AS (
        INSERT INTO generation_deltas (generation_id, number, attempt, account_id, text)
        SELECT id, w.number, attempt, owned.account_id, w.text
        FROM written w JOIN owned USING (id, attempt)
        ON CONFLICT (generation_id, number) DO NOTHING
    ), begun AS (
        UPDATE generations g SET first_token_at = now()
        FROM owned JOIN written w USING (id)
        WHERE g.id = owned.id AND w.number = 1 AND g.first_token_at IS NULL
    ), told AS (
        SELECT pg_notify(:topic, string_agg(id::text, ',')) AS done
        FROM (SELECT id, row_number() OVER () / :ids_in_a_signal AS part FROM owned) AS parts
        GROUP BY part
    )
    SELECT id, attempt FROM owned WHERE (SELECT count(done) FROM told) >= 0
    """,
    ids=ARRAY(Uuid),
    attempts=ARRAY(Integer),
    numbers=ARRAY(Integer),
    texts=ARRAY(Text),
    topic=Text(),
    ids_in_a_signal=Integer(),
)

READ_DELTAS_AFTER = Statement(
    """
    SELECT g.id, g.status, g.attempt AS current_attempt, g.last_number, d.number, d.attempt, d.text
    FROM unnest(:ids, :numbers) AS w(id, number)
    JOIN generations g ON g.id = w.id
    LEFT JOIN generation_deltas d ON d.generation_id = g.id AND d.number > w.number
    ORDER BY g.id, d.number
    """,
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
    """A generation's state, beside one delta of it or none."""

    id: UUID
    status: str
    current_attempt: int
    last_number: int
    number: int | None
    attempt: int
    text: str


@dataclass(frozen=True, slots=True)
class WrittenText:
    """What the log holds of a generation, and the number of its last delta."""

    number: int = 0
    text: str = ""


async def append_deltas(driver: Any, deltas: Sequence[TokenDelta]) -> set[tuple[UUID, int]]:
    """Write deltas and signal them; return the generations that were still ours to write, each
    with its attempt.

    One statement, so that it needs no transaction around it. Writing the same delta again changes
    nothing, so a caller in doubt may repeat itself.
    """
    given = {
        "ids": [delta.generation_id for delta in deltas],
        "attempts": [delta.attempt for delta in deltas],
        "numbers": [delta.number for delta in deltas],
        "texts": [delta.text for delta in deltas],
        "topic": notifications.Channel.GENERATION_TEXT,
        "ids_in_a_signal": notifications.IDS_PER_PAYLOAD,
    }
    return {
        (id, attempt)
        for id, attempt in await connections.execute_statement(driver, APPEND_DELTAS, given)
    }


async def read_deltas_after(driver: Any, numbers: dict[UUID, int]) -> list[TokenLogRow]:
    """State and new deltas of several generations, as of one moment."""
    given = {"ids": list(numbers), "numbers": list(numbers.values())}
    return [
        TokenLogRow(*row)
        for row in await connections.execute_statement(driver, READ_DELTAS_AFTER, given)
    ]


async def load_written_text(transaction: Transaction, generation_id: UUID) -> WrittenText:
    [row] = await transaction.execute(WRITTEN_TEXT, id=generation_id)
    return WrittenText(*row)
