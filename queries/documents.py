"""The documents of sessions."""

from collections.abc import Sequence
from uuid import UUID

from models import SessionDocument
from queries.by_id import load_by_id, query_by_id, select_by_keys
from services.principal import Principal
from storage.reader import Reader
from storage.statements import Query

DOCUMENT_COLUMNS = (
    "id",
    "session_id",
    "kind",
    "audience",
    "length",
    "written_markdown",
    "edited_markdown",
    "created_at",
    "updated_at",
)
DOCUMENTS = query_by_id(SessionDocument, *DOCUMENT_COLUMNS[1:])
#: Parameters: keys (ids of sessions), account_id.
DOCUMENTS_BY_SESSION = Query(
    select_by_keys(SessionDocument, "session_id", *DOCUMENT_COLUMNS).order_by(
        SessionDocument.created_at, SessionDocument.id
    ),
    SessionDocument,
)


async def load_documents(
    db: Reader, principal: Principal, ids: Sequence[UUID]
) -> dict[UUID, SessionDocument]:
    return await load_by_id(db, principal, DOCUMENTS, ids)


async def load_session_documents(
    db: Reader, principal: Principal, session_ids: Sequence[UUID]
) -> dict[UUID, list[SessionDocument]]:
    """Documents by session, the oldest first."""
    account_id = principal.account_id
    rows = await db.fetch_rows(DOCUMENTS_BY_SESSION, keys=session_ids, account_id=account_id)
    found: dict[UUID, list[SessionDocument]] = {id: [] for id in session_ids}
    for row in rows:
        found[row.session_id].append(row)
    return found
