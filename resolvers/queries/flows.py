from functools import partial
from typing import Annotated

import strawberry

from queries import flow_list
from resolvers.permissions import viewer_query
from schema.connections import Connection, connection_from_page
from schema.context import Info
from schema.descriptions import SEARCH_LIMIT, After, First
from schema.flows import Flow
from services import input_validation
from services.flows.store import find_flow_by_slug
from services.limits import DOMAIN_CHARS, PAGE_DEFAULT, SLUG_CHARS


@viewer_query(name="flows", description="Flows of the library by title.")
async def list_flows(
    info: Info,
    search: Annotated[
        str | None,
        strawberry.argument(
            description="Words to find, as in the search of sessions. Without any word, all flows. "
            f"{SEARCH_LIMIT}"
        ),
    ] = None,
    domain: Annotated[
        str | None,
        strawberry.argument(
            description="Return flows of this domain only, in any case; at most "
            f"{DOMAIN_CHARS} characters."
        ),
    ] = None,
    first: First = PAGE_DEFAULT,
    after: After = None,
) -> Connection[Flow] | None:
    input_validation.check_search_text(search, "search", info.context.search_limits)
    input_validation.check_filter_text(domain, "domain", at_most=DOMAIN_CHARS)
    db, principal = info.context.reader, info.context.principal
    page = await flow_list.load_flow_page(
        db, principal, search=search, domain=domain, first=first, after=after
    )
    count = partial(flow_list.count_flows, db, principal, search=search, domain=domain)
    return connection_from_page(page, Flow.from_row, count)


@viewer_query(
    name="flow",
    description="Flow by its slug, an account's own before a bundled one; null if there is none.",
)
async def find_flow(
    info: Info,
    slug: Annotated[
        str,
        strawberry.argument(description=f"Slug of the flow, at most {SLUG_CHARS} characters."),
    ],
) -> Flow | None:
    input_validation.check_filter_text(slug, "slug", at_most=SLUG_CHARS)
    row = await find_flow_by_slug(info.context.reader, info.context.principal.account_id, slug)
    return Flow.from_row(row) if row else None
