"""Sessions that have certain words.

Of words that few sessions have, the index of words names these. Of words that many have it would
name thousands for one page: there sessions are gone through in the order that is asked for, and
each is looked at, until the page is full. See docs/adr/0021.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Text, cast, func, select
from sqlalchemy.dialects.postgresql import TSQUERY

import models
from storage.reader import Reader
from storage.statements import Query, param

#: More than these are many.
RARE_LIMIT = 1_000


async def find_rare_matches(db: Reader, words: str | None) -> Sequence[UUID] | None:
    """None where many sessions have them, or no words are asked for."""
    if words is None:
        return None
    found = [row.id for row in await db.fetch_rows(first_with(), words=words)]
    return None if len(found) > RARE_LIMIT else found


@cache
def first_with() -> Query[Any]:
    words = parse_search(param("words", Text()))
    return Query(select(func.sessions_with(words, RARE_LIMIT + 1).label("id")))


def select_all_matches(words: str) -> Select[UUID]:
    return select(func.sessions_with(parse_search(words), None).label("id"))


def contains_words(words: str) -> ColumnElement[bool]:
    """Looks at one session after the other: of a subquery in this form Postgres makes no join."""
    said = models.SessionSearch
    has = said.document.bool_op("@@")(parse_search(words))
    return select(has).where(said.session_id == models.AISession.id).scalar_subquery()


def parse_search(words: Any) -> ColumnElement[str]:
    """A phrase asks for all of its words: where they stood is not kept. Read once, not for each
    session."""
    asked = cast(func.websearch_to_tsquery("english", words), Text)
    return select(
        cast(func.regexp_replace(asked, r"<(-|\d+)>", "&", "g"), TSQUERY)
    ).scalar_subquery()
