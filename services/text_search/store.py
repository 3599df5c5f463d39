"""SQL of the search index: words that a session gains, and entries that are written anew."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Integer, Text, Uuid

import models
from models.session import ANALYSIS_VERSION
from services.text_search.index_entry import (
    HEAD_CHARS,
    TAIL_CHARS,
    WeightedTexts,
    collect_lexemes,
    format_weighted,
    split_lexemes,
)
from storage.statements import Statement
from storage.transactions import PendingWrite, Transaction

ADD_LEXEMES = Statement(
    """
    INSERT INTO session_search AS s (session_id, account_id, document, head, analysis_version)
    VALUES (:session_id, :account_id, array_to_tsvector(:lexemes), CAST(:head AS tsvector),
        :version)
    ON CONFLICT (account_id, session_id) DO UPDATE SET head = excluded.head, document =
        CASE WHEN length(s.document) < 20000
            AND pg_column_size(s.document || ''::tsvector) < 500000
        THEN s.document || excluded.document ELSE s.document END
    """,
    lexemes=ARRAY(Text),
    head=Text(),
)
#: Accounts in the order of their ids.
NEXT_OUTDATED_ACCOUNT = Statement(
    f"""
    SELECT account_id FROM session_search
    WHERE analysis_version < {ANALYSIS_VERSION} AND account_id > :after
    ORDER BY account_id LIMIT 1
    """,  # noqa: S608 - a literal, so that each plan can use the partial index
    after=Uuid(),
)
#: Sessions that another process works at are left to it.
LOCK_OUTDATED = Statement(
    f"""
    SELECT session_id FROM session_search
    WHERE account_id = :account_id AND analysis_version < {ANALYSIS_VERSION}
    ORDER BY session_id LIMIT :most FOR UPDATE SKIP LOCKED
    """  # noqa: S608 - a literal, so that each plan can use the partial index
)
HEADS = Statement(
    """
    SELECT id, title, problem_summary, resolution_summary, escalation_reason,
        left(intake_content ->> 'text', :chars) AS text,
        intake_content ->> 'log_text' AS log_text, intake_content ->> 'ticket_id' AS ticket_id
    FROM ai_sessions WHERE account_id = :account_id AND id = ANY(:ids)
    """,
    ids=ARRAY(Uuid),
)
#: At most so many characters of the messages of a session, from the first one.
SAID_CHARS = 2_000_000
SAID = Statement(
    """
    SELECT session_id, CASE WHEN length(value) <= :head + :tail THEN value
        ELSE left(value, :head) || ' ' || right(value, :tail) END AS value
    FROM (
        SELECT *, sum(length(value)) OVER (PARTITION BY session_id ORDER BY place) AS above
        FROM (
            SELECT s.id AS session_id, m.message ->> 'content' AS value, m.place
            FROM ai_sessions s
            CROSS JOIN LATERAL jsonb_array_elements(s.conversation_messages)
                WITH ORDINALITY AS m(message, place)
            WHERE s.account_id = :account_id AND s.id = ANY(:ids)
            UNION ALL
            SELECT session_id, concat_ws(' ', content, selected_label, response_text), step_order
            FROM ai_session_steps WHERE account_id = :account_id AND session_id = ANY(:ids)
        ) texts
    ) counted
    WHERE value <> '' AND above - length(value) < :most
    """,
    ids=ARRAY(Uuid),
    head=Integer(),
    tail=Integer(),
    most=Integer(),
)
REPLACE_ENTRIES = Statement(
    """
    UPDATE session_search s SET document = CAST(w.document AS tsvector),
        head = CAST(w.head AS tsvector), analysis_version = :version
    FROM unnest(:ids, :documents, :heads) AS w(id, document, head)
    WHERE s.account_id = :account_id AND s.session_id = w.id
    """,
    ids=ARRAY(Uuid),
    documents=ARRAY(Text),
    heads=ARRAY(Text),
)


async def build_index_writes(session: models.AISession, texts: Sequence[str]) -> list[PendingWrite]:
    """Writes that add the words of texts to the entry of a session. All of them change the same
    row, so that each needs a statement of its own."""
    head = format_weighted(
        WeightedTexts(
            session.title,
            (session.intake_text, session.problem_summary),
            session.resolution_summary,
        )
    )
    values = {
        "session_id": session.id,
        "account_id": session.account_id,
        "head": head,
        "version": ANALYSIS_VERSION,
    }
    portions = split_lexemes(await collect_lexemes(texts))
    return [PendingWrite(ADD_LEXEMES, values | {"lexemes": portion}) for portion in portions]


async def find_outdated_account(db: Transaction, after: UUID) -> UUID | None:
    """The next account with entries of an older analysis."""
    rows = await db.execute(NEXT_OUTDATED_ACCOUNT, after=after)
    return rows[0][0] if rows else None


async def lock_outdated_entries(db: Transaction, most: int) -> list[UUID]:
    rows = await db.execute(LOCK_OUTDATED, account_id=db.account_id, most=most)
    return [row[0] for row in rows]


async def load_indexed_texts(
    db: Transaction, ids: Collection[UUID]
) -> dict[UUID, tuple[WeightedTexts, list[str]]]:
    """What the index stores of sessions: texts with weights, and all texts."""
    given: dict[str, Any] = {"account_id": db.account_id, "ids": list(ids)}
    found: dict[UUID, tuple[WeightedTexts, list[str]]] = {}
    for row in await db.execute(HEADS, **given, chars=HEAD_CHARS + TAIL_CHARS):
        texts = [row[name] for name in list(row.keys())[1:]]
        weighted = WeightedTexts(
            row["title"], (row["text"], row["problem_summary"]), row["resolution_summary"]
        )
        found[row["id"]] = weighted, [text for text in texts if text]
    for session_id, text in await db.execute(
        SAID, **given, head=HEAD_CHARS, tail=TAIL_CHARS, most=SAID_CHARS
    ):
        found[session_id][1].append(text)
    return found


async def replace_entries(db: Transaction, entries: dict[UUID, tuple[str, str]]) -> None:
    """Literals of all words and of weighted words, by session."""
    documents, heads = zip(*entries.values(), strict=True)
    await db.execute(
        REPLACE_ENTRIES,
        account_id=db.account_id,
        ids=list(entries),
        documents=documents,
        heads=heads,
        version=ANALYSIS_VERSION,
    )
