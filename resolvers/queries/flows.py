import strawberry

from schema.connections import Connection, connection
from schema.context import Info
from schema.flows import Flow
from schema.permissions import READS
from services import wording
from services.flows import listing
from services.limits import PAGE_DEFAULT


@strawberry.field(extensions=[READS], description="The flow library, by title.")
async def flows(
    info: Info,
    search: str | None = None,
    domain: str | None = None,
    first: int | None = PAGE_DEFAULT,
    after: str | None = None,
) -> Connection[Flow]:
    wording.refuse_unstorable(search, "`search`")
    wording.refuse_unstorable(domain, "`domain`")
    db, principal = info.context.reading, info.context.principal
    page = await listing.page(db, principal, search=search, domain=domain, first=first, after=after)

    async def count() -> int:
        return await listing.count(db, principal, search=search, domain=domain)

    return connection(page, Flow.from_row, count)


@strawberry.field(
    extensions=[READS], description="One flow by its slug; null when there is no such flow."
)
async def flow(info: Info, slug: str) -> Flow | None:
    wording.refuse_unstorable(slug, "`slug`")
    row = await listing.by_slug(info.context.reading, info.context.principal, slug)
    return Flow.from_row(row) if row else None
