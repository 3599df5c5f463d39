"""The people of an account as a list, ordered by name."""

from functools import cache
from typing import Any

from sqlalchemy import Select, String, select

from models import User, UserKind
from queries import name_ordered, pagination
from queries.pagination import Page
from services.principal import Principal
from storage.reader import Reader
from storage.statements import ACCOUNT_ID, Query, param

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
    query = user_page_query("search" in parameters, after is not None)
    return await name_ordered.load_name_ordered_page(
        db, query, "name", size=size, after=after, **parameters
    )


async def count_users(db: Reader, principal: Principal, *, search: str | None) -> int:
    parameters = user_parameters(principal, search)
    count: int = await db.fetch_value(user_count_query("search" in parameters), **parameters)
    return count


def user_parameters(principal: Principal, search: str | None) -> dict[str, Any]:
    words = (search or "").strip()
    given = {"search": words.translate(ESCAPE_WILDCARDS)} if words else {}
    return {"account_id": principal.account_id, **given}


@cache
def user_page_query(has_search: bool, has_cursor: bool) -> Query[User]:
    names = ("id", "account_id", "name", "email", "role")
    return name_ordered.name_ordered_query(
        matching_users(has_search), User, "name", *names, has_cursor=has_cursor
    )


@cache
def user_count_query(has_search: bool) -> Query[Any]:
    return name_ordered.count_query(matching_users(has_search))


def matching_users(has_search: bool) -> Select[User]:
    if not has_search:
        return ACTIVE_USERS
    search = param("search", String())
    return ACTIVE_USERS.where(
        User.name.icontains(search, escape=ESCAPE) | User.email.icontains(search, escape=ESCAPE)
    )
