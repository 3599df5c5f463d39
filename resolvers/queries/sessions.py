from datetime import datetime
from typing import Any

import strawberry

import models
from execution.selected_fields import selected_fields
from queries import session_list
from queries.session_list import SessionOrder
from resolvers.permissions import VIEWER_UP
from schema import ids
from schema.connections import NO_CURSORS, Connection, build_connection
from schema.context import Info
from schema.session_loading import selected_columns, sessions_from_values
from schema.sessions import AISession
from services import text_validation, timestamps
from services.limits import PAGE_DEFAULT


@strawberry.input(description="All that is given must hold.")
class SessionFilter:
    session_type: models.SessionType | None = None
    status: list[models.SessionStatus] | None = strawberry.field(
        default=None, description="Any of these."
    )
    search: str | None = strawberry.field(
        default=None,
        description="Words in title, summary, intake, resolution, steps and messages; "
        "as in web searches: or, -without.",
    )
    problem_domain: str | None = None
    owner_id: strawberry.ID | None = None
    escalated_to_me: bool | None = None
    unclaimed: bool | None = strawberry.field(
        default=None, description="Escalated, and nobody has claimed it yet."
    )
    ticket_id: str | None = None
    created_after: datetime | None = strawberry.field(default=None, description="Inclusive.")
    created_before: datetime | None = strawberry.field(default=None, description="Exclusive.")


def to_domain_filter(filter: SessionFilter | None) -> session_list.SessionFilter:
    """Raises InvalidInput."""
    if filter is None:
        return session_list.SessionFilter()
    given: dict[str, Any] = {**vars(filter)}
    owner_id = given.pop("owner_id")
    # A dashboard knows its filter by its value.
    given["status"] = None if filter.status is None else tuple(dict.fromkeys(filter.status))
    text_validation.check_storable(filter.search, "`search`")
    text_validation.check_storable(filter.problem_domain, "`problemDomain`")
    text_validation.check_storable(filter.ticket_id, "`ticketId`")
    timestamps.validate_timestamp(filter.created_after, "`createdAfter`")
    timestamps.validate_timestamp(filter.created_before, "`createdBefore`")
    owner = None if owner_id is None else ids.decode_owner_filter(owner_id)
    return session_list.SessionFilter(**given, owner_id=owner)


@strawberry.field(
    name="sessions",
    extensions=[VIEWER_UP],
    description="Sessions of both kinds in one list, newest change first.",
)
async def list_sessions(
    info: Info,
    filter: SessionFilter | None = None,
    order_by: SessionOrder | None = SessionOrder.UPDATED_AT_DESC,
    first: int | None = PAGE_DEFAULT,
    after: str | None = None,
) -> Connection[AISession]:
    asked = to_domain_filter(filter)
    order = order_by or SessionOrder.UPDATED_AT_DESC
    context = info.context
    page = await session_list.load_session_page(
        context.reader,
        context.principal,
        asked,
        order,
        columns=selected_columns(info, "edges", "node"),
        first=first,
        after=after,
    )

    async def count() -> int:
        return await session_list.count_sessions(context.reader, context.principal, asked)

    cursors = page.cursors if "cursor" in selected_fields(info, "edges") else NO_CURSORS
    return build_connection(page, sessions_from_values(page.rows), cursors, count)
