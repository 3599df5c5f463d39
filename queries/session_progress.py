"""What the allowed actions depend on beside the columns of a session."""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Boolean, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY

from storage.reader import Reader
from storage.statements import ACCOUNT_ID, Query, param


class SessionProgress(NamedTuple):
    """The fields of `services.sessions.actions.Situation` of the same names."""

    is_busy: bool
    has_open_step: bool
    has_documents: bool


#: Each part looks an index up. Parameters: ids, account_id.
PROGRESS: Query[Any] = Query(
    text(
        """
        SELECT w.id,
            EXISTS (
                SELECT FROM generations g
                WHERE g.account_id = :account_id AND g.session_id = w.id
                    AND g.status = 'running' AND g.kind IN ('chat_reply', 'guided_step')
            ) AS is_busy,
            EXISTS (
                SELECT FROM ai_session_steps t
                WHERE t.account_id = :account_id AND t.session_id = w.id
                    AND t.responded_at IS NULL
            ) AS has_open_step,
            EXISTS (
                SELECT FROM session_documents d
                WHERE d.account_id = :account_id AND d.session_id = w.id
            ) AS has_documents
        FROM unnest(:ids) AS w(id)
        """
    )
    .bindparams(ACCOUNT_ID, param("ids", ARRAY(Uuid)))
    .columns(id=Uuid, is_busy=Boolean, has_open_step=Boolean, has_documents=Boolean)
)


async def load_session_progress(db: Reader, ids: Sequence[UUID]) -> dict[UUID, SessionProgress]:
    rows = await db.fetch_rows(PROGRESS, ids=list(ids), account_id=db.account_id)
    return {id: SessionProgress(*progress) for id, *progress in rows}
