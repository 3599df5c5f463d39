import strawberry

from schema.connections import Connection, connection
from schema.context import Info
from schema.people import User
from schema.permissions import READS
from services import people, wording


@strawberry.field(
    extensions=[READS],
    description="The people of your account by name, without those who have left: whom to "
    "escalate to. `search` finds part of a name or an e-mail address.",
)
async def users(
    info: Info,
    search: str | None = None,
    first: int | None = people.PAGE,
    after: str | None = None,
) -> Connection[User]:
    wording.refuse_unstorable(search, "`search`")
    db, principal = info.context.reading, info.context.principal
    page = await people.page(db, principal, search=search, first=first, after=after)

    async def count() -> int:
        return await people.count(db, principal, search=search)

    return connection(page, User.from_row, count)
