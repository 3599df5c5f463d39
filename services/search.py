"""The words of a session, kept up in the transaction that writes them.

Words of the conversation are kept without their places: they only grow by what is new.
"""

from sqlalchemy import text

import models
from services.work import Work

#: Words past this many characters of one text are not indexed.
INDEXED_CHARS = 20_000
#: And past this many of all together. What Postgres indexes has an end at 1 MB: it is nowhere
#: near, also where every character is a word of several bytes.
INDEXED_AT_ONCE = 60_000

ADD = text(
    """
    INSERT INTO session_search AS s (session_id, account_id, document)
    VALUES (:session_id, :account_id, strip(to_tsvector('english', :words)))
    ON CONFLICT (session_id) DO UPDATE SET document =
        CASE WHEN length(s.document) < 20000
            AND pg_column_size(s.document || ''::tsvector) < 500000
        THEN s.document || excluded.document ELSE s.document END
    """
)


async def add_words(work: Work, session: models.AISession, *texts: str | None) -> None:
    words = " ".join(text[:INDEXED_CHARS] for text in texts if text)[:INDEXED_AT_ONCE]
    if words:
        await work.db.execute(
            ADD, {"session_id": session.id, "account_id": session.account_id, "words": words}
        )
