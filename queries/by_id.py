"""Reads of many rows by their keys, each one statement, each within the caller's account."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Integer,
    Select,
    Text,
    Uuid,
    any_,
    case,
    func,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

import models
from models import TOKEN_COLUMNS, TURN_KINDS, GenerationStatus
from queries import session_list
from queries.session_list import SessionValues
from services.chat import messages as chat_messages
from services.chat.messages import Message, MessageRange
from services.principal import Principal
from services.sessions import access
from services.sessions import events as session_events
from services.sessions.events import Stretch
from storage import unnest
from storage.reader import Reader
from storage.statements import ACCOUNT_ID, Query, model_columns, param

Row = TypeVar("Row")


def select_by_keys(model: type[Row], key: str, *names: str, kind: Any = Uuid) -> Select[Any]:
    """These columns of an account's rows with one of the keys."""
    own: Any = model
    wanted = param("keys", ARRAY(kind))
    return select(*model_columns(model, *names)).where(
        getattr(model, key) == any_(wanted), own.account_id == ACCOUNT_ID
    )


def query_by_id(model: type[Row], *names: str, kind: Any = Uuid) -> Query[Row]:
    return Query(select_by_keys(model, "id", "id", *names, kind=kind), model)


async def load_by_id(
    db: Reader, principal: Principal, read: Query[Any], ids: Sequence[Any]
) -> dict[Any, Any]:
    rows = await db.fetch_rows(read, keys=ids, account_id=principal.account_id)
    return {row.id: row for row in rows}


class SessionKey(NamedTuple):
    """A session, and the columns that it is shown with."""

    id: UUID
    columns: frozenset[str]


async def load_sessions(
    db: Reader, principal: Principal, keys: Sequence[SessionKey]
) -> dict[SessionKey, SessionValues]:
    """With all columns that one of them needs."""
    wanted = frozenset[str]().union(*(key.columns for key in keys))
    found = await session_list.load_sessions_by_id(db, [key.id for key in keys], wanted)
    # Each is somebody's own, who may go on with it as they like.
    return {key: dict(found[key.id]) for key in keys if key.id in found}


USERS = query_by_id(models.User, "account_id", "name", "email", "role")


async def load_users(
    db: Reader, principal: Principal, ids: Sequence[UUID]
) -> dict[UUID, models.User]:
    return await load_by_id(db, principal, USERS, ids)


ACCOUNTS = Query(
    select(*model_columns(models.Account, "id", "name")).where(
        models.Account.id == any_(param("keys", ARRAY(Uuid))), models.Account.id == ACCOUNT_ID
    ),
    models.Account,
)


async def load_accounts(
    db: Reader, principal: Principal, ids: Sequence[UUID]
) -> dict[UUID, models.Account]:
    return await load_by_id(db, principal, ACCOUNTS, ids)


def visible_flows(principal: Principal) -> Select[models.Flow]:
    return select(models.Flow).where(
        (models.Flow.account_id == principal.account_id) | models.Flow.account_id.is_(None)
    )


FLOW_COLUMNS = ("id", "slug", "title", "description", "domain", "tags", "tree")
FLOWS = Query(
    visible_flows(access.CALLER)
    .where(models.Flow.id == any_(param("keys", ARRAY(Uuid))))
    .with_only_columns(*model_columns(models.Flow, *FLOW_COLUMNS)),
    models.Flow,
)


async def load_flows(
    db: Reader, principal: Principal, ids: Sequence[UUID]
) -> dict[UUID, models.Flow]:
    return await load_by_id(db, principal, FLOWS, ids)


FLOW_USES = Query(
    select_by_keys(models.FlowStats, "flow_id", "flow_id", "usage_count", "success_rate"),
    models.FlowStats,
)


async def load_flow_stats(
    db: Reader, principal: Principal, flow_ids: Sequence[UUID]
) -> dict[UUID, models.FlowStats]:
    """How flows do in the caller's account."""
    rows = await db.fetch_rows(FLOW_USES, keys=flow_ids, account_id=principal.account_id)
    return {row.flow_id: row for row in rows}


STEP_COLUMNS = (
    "id",
    "session_id",
    "step_order",
    "step_type",
    "content",
    "context_message",
    "options",
    "allow_free_text",
    "allow_skip",
    "expected_outcome",
    "confidence_score",
    "selected_option",
    "response_text",
    "skipped",
    "answered_by_id",
    "responded_at",
    "created_at",
)
STEPS = query_by_id(models.SessionStep, *STEP_COLUMNS[1:])


async def load_steps(
    db: Reader, principal: Principal, ids: Sequence[UUID]
) -> dict[UUID, models.SessionStep]:
    return await load_by_id(db, principal, STEPS, ids)


def steps_between() -> Query[Any]:
    step = models.SessionStep
    wanted = unnest.unnest_parameters(session_ids=Uuid, low=Integer, high=Integer)
    return Query(
        select(wanted.c.low, wanted.c.high, *model_columns(step, *STEP_COLUMNS))
        .join(
            step,
            (step.session_id == wanted.c.session_ids)
            & step.step_order.between(wanted.c.low, wanted.c.high),
        )
        .where(step.account_id == ACCOUNT_ID)
        .order_by(step.session_id, step.step_order),
        step,
    )


STEPS_BETWEEN = steps_between()


async def load_step_ranges(
    db: Reader, principal: Principal, slices: Sequence[MessageRange]
) -> dict[MessageRange, list[models.SessionStep]]:
    """Steps by session and place, in order."""
    found: dict[MessageRange, list[models.SessionStep]] = {s: [] for s in slices}
    rows = await db.fetch_rows(
        STEPS_BETWEEN,
        session_ids=[s.session_id for s in found],
        low=[s.low for s in found],
        high=[s.high for s in found],
        account_id=principal.account_id,
    )
    for row in rows:
        found[MessageRange(row.session_id, row.low, row.high)].append(row)
    return found


async def load_message_ranges(
    db: Reader, principal: Principal, slices: Sequence[MessageRange]
) -> dict[MessageRange, list[Message]]:
    """Messages of sessions the caller has been shown."""
    return await chat_messages.load_message_ranges(db, principal.account_id, slices)


async def load_messages(
    db: Reader, principal: Principal, keys: Sequence[tuple[UUID, str]]
) -> dict[tuple[UUID, str], Message]:
    return await chat_messages.load_messages_by_id(db, principal.account_id, keys)


DOCUMENT_COLUMNS = (
    "id",
    "session_id",
    "kind",
    "audience",
    "length",
    "written_markdown",
    "edited_markdown",
    "created_at",
    "updated_at",
)
DOCUMENTS = query_by_id(models.SessionDocument, *DOCUMENT_COLUMNS[1:])
DOCUMENTS_OF = Query(
    select_by_keys(models.SessionDocument, "session_id", *DOCUMENT_COLUMNS).order_by(
        models.SessionDocument.created_at, models.SessionDocument.id
    ),
    models.SessionDocument,
)


async def load_documents(
    db: Reader, principal: Principal, ids: Sequence[UUID]
) -> dict[UUID, models.SessionDocument]:
    return await load_by_id(db, principal, DOCUMENTS, ids)


async def load_session_documents(
    db: Reader, principal: Principal, session_ids: Sequence[UUID]
) -> dict[UUID, list[models.SessionDocument]]:
    rows = await db.fetch_rows(DOCUMENTS_OF, keys=session_ids, account_id=principal.account_id)
    of_session: dict[UUID, list[models.SessionDocument]] = {id: [] for id in session_ids}
    for row in rows:
        of_session[row.session_id].append(row)
    return of_session


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
G = models.Generation
GENERATIONS = query_by_id(G, *GENERATION_COLUMNS[1:])
#: The answer being written in each session: its turn if there is one, else a document.
ACTIVE = Query(
    select_by_keys(G, "session_id", *GENERATION_COLUMNS)
    .where(G.status == GenerationStatus.RUNNING)
    .order_by(case((G.kind.in_(TURN_KINDS), 1), else_=0), G.position),
    G,
)
#: What waits behind it, in order.
QUEUED = Query(
    select_by_keys(G, "session_id", *GENERATION_COLUMNS, "request")
    .where(G.status == GenerationStatus.QUEUED)
    .order_by(G.position),
    G,
)


async def load_generations(
    db: Reader, principal: Principal, ids: Sequence[UUID]
) -> dict[UUID, models.Generation]:
    return await load_by_id(db, principal, GENERATIONS, ids)


async def load_active_generations(
    db: Reader, principal: Principal, session_ids: Sequence[UUID]
) -> dict[UUID, models.Generation]:
    rows = await db.fetch_rows(ACTIVE, keys=session_ids, account_id=principal.account_id)
    return {row.session_id: row for row in rows}


async def load_queued_generations(
    db: Reader, principal: Principal, session_ids: Sequence[UUID]
) -> dict[UUID, list[models.Generation]]:
    found: dict[UUID, list[models.Generation]] = {}
    for row in await db.fetch_rows(QUEUED, keys=session_ids, account_id=principal.account_id):
        found.setdefault(row.session_id, []).append(row)
    return found


async def load_event_ranges(
    db: Reader, principal: Principal, stretches: Sequence[Stretch]
) -> dict[Stretch, list[models.SessionEvent]]:
    return await session_events.read(db, principal.account_id, stretches)


async def load_event_counts(
    db: Reader, principal: Principal, session_ids: Sequence[UUID]
) -> dict[UUID, int]:
    return await session_events.counts(db, principal.account_id, session_ids)


class GenerationText(NamedTuple):
    """What is written of a generation, and the number of the last delta of it."""

    text: str
    number: int


TEXTS: Query[Any] = Query(
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


async def load_generation_texts(
    db: Reader, principal: Principal, ids: Sequence[UUID]
) -> dict[UUID, GenerationText]:
    rows = await db.fetch_rows(TEXTS, keys=ids, account_id=principal.account_id)
    return {row.id: GenerationText(row.text, row.number) for row in rows}


@dataclass(frozen=True, slots=True)
class UsageTotals:
    """Tokens and money; `cost_usd` is None as long as no priced model was used."""

    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    cost_usd: Decimal | None = None


SPENT = (*TOKEN_COLUMNS, "cost_usd")
USAGE: Query[Any] = Query(
    select_by_keys(G, "session_id", "session_id")
    .add_columns(*(func.sum(getattr(G, name)).label(name) for name in SPENT))
    .group_by(G.session_id)
)


async def load_usage(
    db: Reader, principal: Principal, session_ids: Sequence[UUID]
) -> dict[UUID, UsageTotals]:
    rows = await db.fetch_rows(USAGE, keys=session_ids, account_id=principal.account_id)
    return {row.session_id: UsageTotals(*row[1:]) for row in rows}


EVENTS = query_by_id(models.SessionEvent, *session_events.COLUMNS[1:], kind=BigInteger)


async def load_events(
    db: Reader, principal: Principal, ids: Sequence[int]
) -> dict[int, models.SessionEvent]:
    return await load_by_id(db, principal, EVENTS, ids)
