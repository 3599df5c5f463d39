from datetime import datetime
from typing import Any

import strawberry

import models
from execution.selected_fields import fields
from queries import session_list
from queries.session_list import Filter, SessionOrder
from resolvers.permissions import READS
from schema import ids
from schema.connections import NO_CURSORS, Connection, connected
from schema.context import Info
from schema.sessions import AISession, all_of
from schema.sessions import asked as sessions_asked
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


def wanted(filter: SessionFilter | None) -> Filter:
    """Raises InvalidInput."""
    if filter is None:
        return Filter()
    given: dict[str, Any] = {**vars(filter)}
    owner_id = given.pop("owner_id")
    # A dashboard knows its filter by its value.
    given["status"] = None if filter.status is None else tuple(dict.fromkeys(filter.status))
    text_validation.refuse_unstorable(filter.search, "`search`")
    text_validation.refuse_unstorable(filter.problem_domain, "`problemDomain`")
    text_validation.refuse_unstorable(filter.ticket_id, "`ticketId`")
    timestamps.refuse_uncounted(filter.created_after, "`createdAfter`")
    timestamps.refuse_uncounted(filter.created_before, "`createdBefore`")
    owner = None if owner_id is None else ids.user_in_filter(owner_id)
    return Filter(**given, owner_id=owner)


@strawberry.field(
    extensions=[READS], description="Sessions of both kinds in one list, newest change first."
)
async def sessions(
    info: Info,
    filter: SessionFilter | None = None,
    order_by: SessionOrder | None = SessionOrder.UPDATED_AT_DESC,
    first: int | None = PAGE_DEFAULT,
    after: str | None = None,
) -> Connection[AISession]:
    asked = wanted(filter)
    order = order_by or SessionOrder.UPDATED_AT_DESC
    context = info.context
    page = await session_list.page(
        context.reading,
        context.principal,
        asked,
        order,
        columns=sessions_asked(info, "edges", "node"),
        first=first,
        after=after,
    )

    async def count() -> int:
        return await session_list.count(context.reading, context.principal, asked)

    cursors = page.cursors if "cursor" in fields(info, "edges") else NO_CURSORS
    return connected(page, all_of(page.rows), cursors, count)
