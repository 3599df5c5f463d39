"""The generations of sessions: their rows, their text so far, and their usage."""

from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Integer, Text, Uuid, case, func, text
from sqlalchemy.dialects.postgresql import ARRAY

from models import TOKEN_COLUMNS, TURN_KINDS, Generation, GenerationStatus
from queries.by_id import (
    Loader,
    create_list_loader,
    create_row_loader,
    query_by_id,
    select_by_keys,
)
from storage.statements import ACCOUNT_ID, Query, param

GENERATION_COLUMNS = (
    "id",
    "session_id",
    "kind",
    "status",
    "attempt",
    "result_id",
    "error_code",
    "error_reason",
    "retryable",
    "model",
    "input_tokens",
    "output_tokens",
    "cache_read_tokens",
    "cache_write_tokens",
    "cost_usd",
    "created_at",
    "first_token_at",
    "finished_at",
)
GENERATIONS = query_by_id(Generation, *GENERATION_COLUMNS[1:])
#: Running generations; of a session that has several, the turn comes last.
#: Parameters: keys (ids of sessions), account_id.
RUNNING_GENERATIONS = Query(
    select_by_keys(Generation, "session_id", *GENERATION_COLUMNS)
    .where(Generation.status == GenerationStatus.RUNNING)
    .order_by(case((Generation.kind.in_(TURN_KINDS), 1), else_=0), Generation.position),
    Generation,
)
#: Queued generations in their order. Parameters: keys (ids of sessions), account_id.
QUEUED_GENERATIONS = Query(
    select_by_keys(Generation, "session_id", *GENERATION_COLUMNS, "request")
    .where(Generation.status == GenerationStatus.QUEUED)
    .order_by(Generation.position),
    Generation,
)

load_generations: Loader[UUID, Generation] = create_row_loader(GENERATIONS)
#: The running generation of each session: its turn if there is one, else a document.
load_active_generations: Loader[UUID, Generation] = create_row_loader(
    RUNNING_GENERATIONS, "session_id"
)
load_queued_generations: Loader[UUID, list[Generation]] = create_list_loader(
    QUEUED_GENERATIONS, "session_id"
)


class GenerationText(NamedTuple):
    """The text of a generation so far, and the number of its last delta."""

    text: str
    number: int


#: Parameters: keys, account_id.
TEXTS: Query[GenerationText] = Query(
    text(
        """
        SELECT g.id, coalesce(g.text, so_far.text, '') AS text,
            CASE WHEN g.text IS NULL THEN coalesce(so_far.number, 0) ELSE g.last_number END
                AS number
        FROM generations g
        LEFT JOIN LATERAL (
            SELECT string_agg(d.text, '' ORDER BY d.number) AS text, max(d.number) AS number
            FROM generation_deltas d WHERE d.generation_id = g.id AND g.text IS NULL
        ) so_far ON true
        WHERE g.id = ANY(:keys) AND g.account_id = :account_id
        """
    )
    .bindparams(param("keys", ARRAY(Uuid)), ACCOUNT_ID)
    .columns(id=Uuid, text=Text, number=Integer)
)
load_generation_texts: Loader[UUID, GenerationText] = create_row_loader(TEXTS)


@dataclass(frozen=True, slots=True)
class UsageTotals:
    """Tokens and cost in USD of a session; the cost is None until a priced model was used."""

    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    cost_usd: Decimal | None = None


#: Parameters: keys (ids of sessions), account_id.
USAGE: Query[UsageTotals] = Query(
    select_by_keys(Generation, "session_id", "session_id")
    .add_columns(
        *(func.sum(getattr(Generation, name)).label(name) for name in (*TOKEN_COLUMNS, "cost_usd"))
    )
    .group_by(Generation.session_id)
)
#: A session without generations is left out.
load_usage: Loader[UUID, UsageTotals] = create_row_loader(USAGE, "session_id")
