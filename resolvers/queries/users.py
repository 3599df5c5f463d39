from functools import partial
from typing import Annotated

import strawberry

from queries import user_list
from resolvers.permissions import viewer_query
from schema.connections import Connection, connection_from_page
from schema.context import Info
from schema.descriptions import SEARCH_LIMIT, After, First
from schema.people import User
from services import input_validation


@viewer_query(
    name="users",
    description="Active people of the account by name, machines excluded; for choosing whom to "
    "escalate to.",
)
async def list_users(
    info: Info,
    search: Annotated[
        str | None,
        strawberry.argument(
            description="Parts of a name or e-mail address, in any case, with or without accents. "
            f"Blank for all. {SEARCH_LIMIT}"
        ),
    ] = None,
    first: First = user_list.USER_PAGE_DEFAULT,
    after: After = None,
) -> Connection[User] | None:
    input_validation.check_search_text(search, "search", info.context.search_limits)
    db, principal = info.context.reader, info.context.principal
    page = await user_list.load_user_page(db, principal, search=search, first=first, after=after)
    count = partial(user_list.count_users, db, principal, search=search)
    return connection_from_page(page, User.from_row, count)
