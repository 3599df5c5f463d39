import strawberry

from queries import flow_list
from resolvers.permissions import VIEWER_UP
from schema.connections import Connection, connection_from_page
from schema.context import Info
from schema.flows import Flow
from services import text_validation
from services.limits import PAGE_DEFAULT


@strawberry.field(name="flows", extensions=[VIEWER_UP], description="The flow library, by title.")
async def list_flows(
    info: Info,
    search: str | None = None,
    domain: str | None = None,
    first: int | None = PAGE_DEFAULT,
    after: str | None = None,
) -> Connection[Flow]:
    text_validation.check_storable(search, "`search`")
    text_validation.check_storable(domain, "`domain`")
    db, principal = info.context.reader, info.context.principal
    page = await flow_list.load_flow_page(
        db, principal, search=search, domain=domain, first=first, after=after
    )

    async def count() -> int:
        return await flow_list.count_flows(db, principal, search=search, domain=domain)

    return connection_from_page(page, Flow.from_row, count)


@strawberry.field(
    name="flow",
    extensions=[VIEWER_UP],
    description="One flow by its slug; null when there is no such flow.",
)
async def find_flow(info: Info, slug: str) -> Flow | None:
    text_validation.check_storable(slug, "`slug`")
    row = await flow_list.by_slug(info.context.reader, info.context.principal, slug)
    return Flow.from_row(row) if row else None
