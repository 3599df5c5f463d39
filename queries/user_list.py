"""The people of an account as a list, ordered by name."""

from typing import Any

from sqlalchemy import Select, String, select

from models import User, UserKind
from queries import pagination
from queries.by_id import USER_COLUMNS
from queries.name_ordered import NameOrderedList
from queries.pagination import Page
from services.principal import Principal
from storage.reader import Reader
from storage.statements import ACCOUNT_ID, param

#: Most accounts have fewer users, so that one page fills a select box.
USER_PAGE_DEFAULT = 50

#: Without machines and deactivated users.
ACTIVE_USERS = select(User).where(
    User.account_id == ACCOUNT_ID,
    User.kind == UserKind.PERSON,
    User.deactivated_at.is_(None),
)
#: `%` and `_` in a search text match themselves only.
ESCAPE = "/"
ESCAPE_WILDCARDS = str.maketrans({char: ESCAPE + char for char in (ESCAPE, "%", "_")})


async def load_user_page(
    db: Reader,
    principal: Principal,
    *,
    search: str | None = None,
    first: int | None = None,
    after: str | None = None,
) -> Page[User]:
    """Raises PageTooLarge, InvalidCursor."""
    size = pagination.page_size(first, default=USER_PAGE_DEFAULT)
    parameters = user_parameters(principal, search)
    return await USERS_BY_NAME.load_page(db, parameters, size=size, after=after)


async def count_users(db: Reader, principal: Principal, *, search: str | None) -> int:
    return await USERS_BY_NAME.count_rows(db, user_parameters(principal, search))


def user_parameters(principal: Principal, search: str | None) -> dict[str, Any]:
    words = (search or "").strip()
    given = {"search": words.translate(ESCAPE_WILDCARDS)} if words else {}
    return {"account_id": principal.account_id, **given}


def matching_users(parameters: frozenset[str]) -> Select[User]:
    if "search" not in parameters:
        return ACTIVE_USERS
    search = param("search", String())
    return ACTIVE_USERS.where(
        User.name.icontains(search, escape=ESCAPE) | User.email.icontains(search, escape=ESCAPE)
    )


USERS_BY_NAME = NameOrderedList(User, "name", USER_COLUMNS, matching_users)
