from datetime import datetime
from functools import partial
from typing import Annotated, Any

import strawberry

import models
from execution.field_metadata import MAX_ITEMS
from execution.selected_fields import selected_fields
from queries import session_filter, session_list
from queries.full_text import HITS_OF_A_SESSION, HitsKey
from queries.session_counts import count_sessions
from queries.session_list import SessionOrder
from resolvers.permissions import viewer_query
from schema import ids
from schema.connections import NO_CURSORS, Connection, Edge, build_page_info
from schema.context import Info
from schema.descriptions import SEARCH_LIMIT, After, First, optional_field
from schema.excerpts import SessionSearchHit
from schema.session_loading import selected_columns, sessions_from_values
from schema.sessions import AISession
from services import input_validation
from services.limits import DOMAIN_CHARS, PAGE_DEFAULT, TICKET_ID_CHARS, SearchLimits
from services.text_search.search_query import SearchQuery, parse_search


@strawberry.input(description="Conditions on sessions; all that are given must hold.")
class SessionFilter:
    session_type: models.SessionType | None = optional_field(description="Sessions of this type.")
    status: list[models.SessionStatus] | None = optional_field(
        description="Sessions with one of these statuses."
    )
    search: str | None = optional_field(
        description="Words in title, summary, intake, resolution, steps and messages, with `or`, "
        "quotes and `-` as in web searches. Finds beginnings of words, and parts of addresses and "
        f"identifiers. Without any word, all sessions. {SEARCH_LIMIT}"
    )
    problem_domain: str | None = optional_field(
        description=f"Sessions of exactly this domain, at most {DOMAIN_CHARS} characters."
    )
    owner_id: strawberry.ID | None = optional_field(
        description="Global id of the user who created the sessions."
    )
    escalated_to_me: bool | None = optional_field(
        description="True: sessions claimed by or escalated to the viewer."
    )
    unclaimed: bool | None = optional_field(
        description="True: escalated sessions that nobody has claimed."
    )
    ticket_id: str | None = optional_field(
        description=f"Sessions about this ticket, at most {TICKET_ID_CHARS} characters."
    )
    created_after: datetime | None = optional_field(
        description="Sessions created at this time or later."
    )
    created_before: datetime | None = optional_field(
        description="Sessions created before this time."
    )


FilterArgument = Annotated[
    SessionFilter | None, strawberry.argument(description="Conditions; null for all sessions.")
]


def to_domain_filter(
    filter: SessionFilter | None, limits: SearchLimits
) -> session_filter.SessionFilter:
    """Raises InvalidInput."""
    if filter is None:
        return session_filter.SessionFilter()
    values: dict[str, Any] = {**vars(filter)}
    owner_id = values.pop("owner_id")
    # Hashable: dashboards with equal filters share one feed.
    values["status"] = None if filter.status is None else tuple(dict.fromkeys(filter.status))
    input_validation.check_search_text(filter.search, "filter.search", limits)
    values["search"] = parse_search(filter.search)
    for text, field, at_most in (
        (filter.problem_domain, "filter.problemDomain", DOMAIN_CHARS),
        (filter.ticket_id, "filter.ticketId", TICKET_ID_CHARS),
    ):
        input_validation.check_filter_text(text, field, at_most=at_most)
    input_validation.validate_timestamp(filter.created_after, "filter.createdAfter")
    input_validation.validate_timestamp(filter.created_before, "filter.createdBefore")
    owner = None if owner_id is None else ids.decode_owner_filter(owner_id)
    return session_filter.SessionFilter(**values, owner_id=owner)


@strawberry.type(
    name="AISessionEdge", description="Session of a page with its cursor, and why it was found."
)
class SessionEdge(Edge[AISession]):
    search: strawberry.Private[SearchQuery | None]

    @strawberry.field(
        description=f"Where the search has found its words, at most {HITS_OF_A_SESSION} texts: "
        "title, summary, resolution and intake first. Empty without `filter.search`, and where "
        "the texts no longer have the words. Null if it could not be read in time.",
        metadata={MAX_ITEMS: HITS_OF_A_SESSION},
    )
    async def matches(self, info: Info) -> list[SessionSearchHit] | None:
        if self.search is None:
            return []
        key = HitsKey(self.node.key, self.search)
        hits = await info.context.loaders.search_hits.load(key)
        return [SessionSearchHit.from_hit(hit) for hit in hits or ()]


@strawberry.type(name="AISessionConnection", description="Page of a list of sessions.")
class SessionConnection(Connection[AISession]):
    edges: list[SessionEdge] = strawberry.field(  # type: ignore[assignment]
        description="Sessions of the page with their cursors."
    )


@viewer_query(name="sessions", description="Sessions of both types in one list.")
async def list_sessions(
    info: Info,
    filter: FilterArgument = None,
    order_by: Annotated[
        SessionOrder,
        strawberry.argument(description="Sort order; cursors are valid within one order."),
    ] = SessionOrder.UPDATED_AT_DESC,
    first: First = PAGE_DEFAULT,
    after: After = None,
) -> SessionConnection | None:
    context = info.context
    domain_filter = to_domain_filter(filter, context.search_limits)
    page = await session_list.load_session_page(
        context.reader,
        context.principal,
        domain_filter,
        order_by,
        columns=selected_columns(info, "edges", "node"),
        first=first,
        after=after,
    )
    count = partial(count_sessions, context.reader, context.principal, domain_filter)
    cursors = page.cursors if "cursor" in selected_fields(info, "edges") else NO_CURSORS
    nodes, search = sessions_from_values(page.rows), domain_filter.search
    edges = [
        SessionEdge(cursor=cursor, node=node, search=search)
        for node, cursor in zip(nodes, cursors)  # noqa: B905 - NO_CURSORS has no end
    ]
    return SessionConnection(edges=edges, page_info=build_page_info(page), count=count)
