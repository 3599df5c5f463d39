import strawberry

from queries import flow_list
from resolvers.permissions import READS
from schema.connections import Connection, connection
from schema.context import Info
from schema.flows import Flow
from services import text_validation
from services.limits import PAGE_DEFAULT


@strawberry.field(extensions=[READS], description="The flow library, by title.")
async def flows(
    info: Info,
    search: str | None = None,
    domain: str | None = None,
    first: int | None = PAGE_DEFAULT,
    after: str | None = None,
) -> Connection[Flow]:
    text_validation.refuse_unstorable(search, "`search`")
    text_validation.refuse_unstorable(domain, "`domain`")
    db, principal = info.context.reading, info.context.principal
    page = await flow_list.page(
        db, principal, search=search, domain=domain, first=first, after=after
    )

    async def count() -> int:
        return await flow_list.count(db, principal, search=search, domain=domain)

    return connection(page, Flow.from_row, count)


@strawberry.field(
    extensions=[READS], description="One flow by its slug; null when there is no such flow."
)
async def flow(info: Info, slug: str) -> Flow | None:
    text_validation.refuse_unstorable(slug, "`slug`")
    row = await flow_list.by_slug(info.context.reading, info.context.principal, slug)
    return Flow.from_row(row) if row else None
