import strawberry

from queries import user_list
from resolvers.permissions import VIEWER_UP
from schema.connections import Connection, connection_from_page
from schema.context import Info
from schema.people import User
from services import text_validation


@strawberry.field(
    name="users",
    extensions=[VIEWER_UP],
    description="The people of your account by name, without those who have left: whom to "
    "escalate to. `search` finds part of a name or an e-mail address.",
)
async def list_users(
    info: Info,
    search: str | None = None,
    first: int | None = user_list.USER_PAGE_DEFAULT,
    after: str | None = None,
) -> Connection[User]:
    text_validation.check_storable(search, "`search`")
    db, principal = info.context.reader, info.context.principal
    page = await user_list.load_user_page(db, principal, search=search, first=first, after=after)

    async def count() -> int:
        return await user_list.count_users(db, principal, search=search)

    return connection_from_page(page, User.from_row, count)
