"""The steps of guided sessions."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, Uuid, select

from models import SessionStep
from queries.by_id import load_by_id, query_by_id
from services.chat.store import MessageRange
from services.principal import Principal
from storage.reader import Reader
from storage.statements import ACCOUNT_ID, Query, model_columns
from storage.unnest import unnest_parameters

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
STEPS = query_by_id(SessionStep, *STEP_COLUMNS[1:])


async def load_steps(
    db: Reader, principal: Principal, ids: Sequence[UUID]
) -> dict[UUID, SessionStep]:
    return await load_by_id(db, principal, STEPS, ids)


def step_ranges_query() -> Query[Any]:
    ranges = unnest_parameters(session_ids=Uuid, low=Integer, high=Integer)
    return Query(
        select(ranges.c.low, ranges.c.high, *model_columns(SessionStep, *STEP_COLUMNS))
        .join(
            SessionStep,
            (SessionStep.session_id == ranges.c.session_ids)
            & SessionStep.step_order.between(ranges.c.low, ranges.c.high),
        )
        .where(SessionStep.account_id == ACCOUNT_ID)
        .order_by(SessionStep.session_id, SessionStep.step_order),
        SessionStep,
    )


#: Parameters: session_ids, low, high, account_id.
STEP_RANGES = step_ranges_query()


async def load_steps_by_range(
    db: Reader, principal: Principal, ranges: Sequence[MessageRange]
) -> dict[MessageRange, list[SessionStep]]:
    """Steps by session and range of `step_order`, in order."""
    found: dict[MessageRange, list[SessionStep]] = {each: [] for each in ranges}
    rows = await db.fetch_rows(
        STEP_RANGES,
        session_ids=[each.session_id for each in found],
        low=[each.low for each in found],
        high=[each.high for each in found],
        account_id=principal.account_id,
    )
    for row in rows:
        found[MessageRange(row.session_id, row.low, row.high)].append(row)
    return found
