"""The people of an account as a list, by name."""

from functools import cache
from typing import Any

from sqlalchemy import Select, String, select

import models
from models import UserKind
from queries import name_ordered, pagination
from queries.pagination import Page
from services.principal import Principal
from services.sessions import access
from storage.reader import Reader
from storage.statements import Query, param

U = models.User
#: Most desks have no more, so that a list to choose from is whole.
USER_PAGE_DEFAULT = 50

ACTIVE_USERS = select(U).where(
    U.account_id == access.CALLER.account_id,
    U.kind == UserKind.PERSON,
    U.deactivated_at.is_(None),
)
#: In what is looked for, as it is: `%` and `_` stand for nothing else.
ESCAPE = "/"
ESCAPE_WILDCARDS = str.maketrans({char: ESCAPE + char for char in (ESCAPE, "%", "_")})


async def load_user_page(
    db: Reader,
    principal: Principal,
    *,
    search: str | None = None,
    first: int | None = None,
    after: str | None = None,
) -> Page[models.User]:
    """Raises PageTooLarge, CursorInvalid."""
    size = pagination.page_size(first, default=USER_PAGE_DEFAULT)
    given = user_parameters(principal, search)
    read = user_page_query("search" in given, after is not None)
    return await name_ordered.load_name_ordered_page(
        db, read, "name", size=size, after=after, **given
    )


async def count_users(db: Reader, principal: Principal, *, search: str | None) -> int:
    given = user_parameters(principal, search)
    total: int = await db.fetch_value(user_count_query("search" in given), **given)
    return total


def user_parameters(principal: Principal, search: str | None) -> dict[str, Any]:
    wanted = (search or "").strip()
    given = {"search": wanted.translate(ESCAPE_WILDCARDS)} if wanted else {}
    return {"account_id": principal.account_id, **given}


@cache
def user_page_query(is_searched: bool, is_behind: bool) -> Query[models.User]:
    names = ("id", "account_id", "name", "email", "role")
    return name_ordered.name_ordered_query(
        matching_users(is_searched), U, "name", *names, is_behind=is_behind
    )


@cache
def user_count_query(is_searched: bool) -> Query[Any]:
    return name_ordered.count_query(matching_users(is_searched))


def matching_users(is_searched: bool) -> Select[models.User]:
    """Who works here now: no machines, and nobody who has left."""
    if not is_searched:
        return ACTIVE_USERS
    wanted = param("search", String())
    return ACTIVE_USERS.where(
        U.name.icontains(wanted, escape=ESCAPE) | U.email.icontains(wanted, escape=ESCAPE)
    )
