"""The steps of guided sessions."""

from typing import Any
from uuid import UUID

from sqlalchemy import Integer, Uuid, select

from models import SessionStep
from queries.by_id import Loader, create_range_loader, create_row_loader, query_by_id
from services.chat.store import MessageRange
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


def step_ranges_query() -> Query[Any]:
    ranges = unnest_parameters(session_id=Uuid, low=Integer, high=Integer)
    return Query(
        select(ranges.c.low, ranges.c.high, *model_columns(SessionStep, *STEP_COLUMNS))
        .join(
            SessionStep,
            (SessionStep.session_id == ranges.c.session_id)
            & SessionStep.step_order.between(ranges.c.low, ranges.c.high),
        )
        .where(SessionStep.account_id == ACCOUNT_ID)
        .order_by(SessionStep.session_id, SessionStep.step_order),
        SessionStep,
    )


#: Parameters: session_id, low, high, account_id.
STEP_RANGES = step_ranges_query()

load_steps: Loader[UUID, SessionStep] = create_row_loader(STEPS)
#: Steps by session and range of `step_order`, in order.
load_steps_by_range: Loader[MessageRange, list[SessionStep]] = create_range_loader(
    STEP_RANGES, MessageRange
)
