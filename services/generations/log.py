"""The token log: every statement that touches `generation_deltas`.

Whoever writes names the attempt it holds; a row of an attempt that is no longer the current one
of a running generation is not written. The lock on the generation makes that exact: an ending
waits for a write under way, and a write waits for an ending and then finds it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
from sqlalchemy.types import Integer, Text, Uuid

from services import signals


@dataclass(frozen=True, slots=True)
class Delta:
    generation_id: UUID
    attempt: int
    number: int
    text: str


APPEND = text(
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
    """
).bindparams(
    bindparam("ids", type_=ARRAY(Uuid)),
    bindparam("attempts", type_=ARRAY(Integer)),
    bindparam("numbers", type_=ARRAY(Integer)),
    bindparam("texts", type_=ARRAY(Text)),
    bindparam("topic", signals.Topic.GENERATION_TEXT, type_=Text),
    bindparam("ids_in_a_signal", signals.IDS_IN_A_SIGNAL, type_=Integer),
)

READ = text(
    """
    SELECT g.id, g.status, g.attempt AS current_attempt, g.last_number, d.number, d.attempt, d.text
    FROM unnest(:ids, :numbers) AS w(id, number)
    JOIN generations g ON g.id = w.id
    LEFT JOIN generation_deltas d ON d.generation_id = g.id AND d.number > w.number
    ORDER BY g.id, d.number
    """
).bindparams(bindparam("ids", type_=ARRAY(Uuid)), bindparam("numbers", type_=ARRAY(Integer)))

SO_FAR = text(
    """
    SELECT generation_id, max(number) AS number, string_agg(text, '' ORDER BY number) AS text
    FROM generation_deltas WHERE generation_id = ANY(:ids) GROUP BY generation_id
    """
).bindparams(bindparam("ids", type_=ARRAY(Uuid)))


class LogRow(NamedTuple):
    """A generation's state, beside one delta of it or none."""

    id: UUID
    status: str
    current_attempt: int
    last_number: int
    number: int | None
    attempt: int
    text: str


@dataclass(frozen=True, slots=True)
class SoFar:
    """What the log holds of a generation, and the number of its last delta."""

    number: int = 0
    text: str = ""


async def append(db: AsyncConnection, deltas: Sequence[Delta]) -> set[tuple[UUID, int]]:
    """Write deltas and signal them; return the generations that were still ours to write, each
    with its attempt.

    One statement, so that it needs no transaction around it. Writing the same delta again changes
    nothing, so a caller in doubt may repeat itself.
    """
    rows = await db.execute(
        APPEND,
        {
            "ids": [delta.generation_id for delta in deltas],
            "attempts": [delta.attempt for delta in deltas],
            "numbers": [delta.number for delta in deltas],
            "texts": [delta.text for delta in deltas],
        },
    )
    return {(row.id, row.attempt) for row in rows}


async def read_past(db: AsyncConnection, numbers: dict[UUID, int]) -> list[LogRow]:
    """State and new deltas of several generations, as of one moment."""
    result = await db.execute(READ, {"ids": list(numbers), "numbers": list(numbers.values())})
    return [LogRow(*row) for row in result]


async def so_far(db: AsyncSession | AsyncConnection, ids: Collection[UUID]) -> dict[UUID, SoFar]:
    if not ids:
        return {}
    rows = await db.execute(SO_FAR, {"ids": list(ids)})
    found = {row.generation_id: SoFar(row.number, row.text) for row in rows}
    return {id: found.get(id, SoFar()) for id in ids}
