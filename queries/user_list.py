"""The people of an account as a list, ordered by name."""

from typing import Any

from sqlalchemy import ColumnElement, Select, Text, func, literal, literal_column, select
from sqlalchemy.dialects.postgresql import ARRAY

from models import User, UserKind
from queries import pagination
from queries.by_id import USER_COLUMNS
from queries.name_ordered import NameOrderedList
from queries.pagination import Page
from services.principal import Principal
from services.text_search.folding import DROPPED_RANGES, SINGLE_LETTERS, fold_text
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
    words = fold_text(search or "").split()
    return {"account_id": principal.account_id} | ({"search": words} if words else {})


def matching_users(parameters: frozenset[str]) -> Select[User]:
    if "search" not in parameters:
        return ACTIVE_USERS
    word = func.unnest(param("search", ARRAY(Text))).column_valued("word")
    known = fold_column(User.name + literal("\n", Text()) + User.email)
    return ACTIVE_USERS.where(~select(word).where(func.strpos(known, word) == 0).exists())


def fold_column(column: ColumnElement[str]) -> ColumnElement[str]:
    """`fold_text` as an expression of SQL."""
    marks = literal(f"[{DROPPED_RANGES}]+", Text())
    folded: Any = func.normalize(column, literal_column("NFKD"))
    folded = func.regexp_replace(folded, marks, "", literal("g", Text()))
    for letter, letters in SINGLE_LETTERS.items():
        folded = func.replace(folded, letter, letters)
    return func.lower(func.normalize(folded, literal_column("NFC")))


USERS_BY_NAME = NameOrderedList(User, "name", USER_COLUMNS, matching_users)
