"""The documents of sessions."""

from uuid import UUID

from models import SessionDocument
from queries.by_id import (
    Loader,
    create_list_loader,
    create_row_loader,
    query_by_id,
    select_by_keys,
)
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
#: The oldest first. Parameters: keys (ids of sessions), account_id.
DOCUMENTS_BY_SESSION = Query(
    select_by_keys(SessionDocument, "session_id", *DOCUMENT_COLUMNS).order_by(
        SessionDocument.created_at, SessionDocument.id
    ),
    SessionDocument,
)

load_documents: Loader[UUID, SessionDocument] = create_row_loader(DOCUMENTS)
load_session_documents: Loader[UUID, list[SessionDocument]] = create_list_loader(
    DOCUMENTS_BY_SESSION, "session_id"
)
