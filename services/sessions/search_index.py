"""The words of a session, kept up in the transaction that writes them, at its end.

All words are kept without their places: they only grow by what is new. Those of title, summary,
intake and resolution are kept a second time, weighed, for the order of what is found.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import models
from storage.batching import PendingWrite
from storage.statements import Statement

if TYPE_CHECKING:
    from services.unit_of_work import UnitOfWork

#: Words past this many characters of one text are not indexed.
INDEXED_CHARS = 20_000
#: What Postgres indexes at once has an end at 1 MB: with so many texts it is nowhere near, also
#: where every character is a word of several bytes.
TEXTS_AT_ONCE = 3
#: Of the intake: where it is a log, what it is about stands in the summary.
WEIGHED_CHARS = 1_000

ADD = Statement(
    """
    INSERT INTO session_search AS s (session_id, account_id, document, head)
    VALUES (:session_id, :account_id, strip(to_tsvector('english', :words)),
        setweight(to_tsvector('english', :title), 'A')
        || setweight(to_tsvector('english', :problem), 'B')
        || setweight(to_tsvector('english', :resolution), 'C'))
    ON CONFLICT (session_id) DO UPDATE SET head = excluded.head, document =
        CASE WHEN length(s.document) < 20000
            AND pg_column_size(s.document || ''::tsvector) < 500000
        THEN s.document || excluded.document ELSE s.document END
    """
)


def index_text(work: "UnitOfWork", session: models.AISession, *texts: str | None) -> None:
    words = [text[:INDEXED_CHARS] for text in texts if text]
    if words:
        work.change_for(session).words += words


def index_write(session: models.AISession, words: Iterable[str]) -> PendingWrite:
    """Of no more than `TEXTS_AT_ONCE`."""
    given = {
        "session_id": session.id,
        "account_id": session.account_id,
        "words": join_texts(*words),
        "title": session.title or "",
        "problem": join_texts(session.intake_text[:WEIGHED_CHARS], session.problem_summary),
        "resolution": session.resolution_summary or "",
    }
    return PendingWrite(ADD, given)


def join_texts(*texts: str | None) -> str:
    return " ".join(text for text in texts if text)
