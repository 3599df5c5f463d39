"""The documents of sessions."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Integer, case, func

from models import SessionDocument
from queries.by_id import (
    Loader,
    create_list_loader,
    create_row_loader,
    query_by_id,
    select_by_keys,
)
from storage.reader import Reader
from storage.statements import Query, model_columns, param

DOCUMENT_COLUMNS = (
    "id",
    "session_id",
    "kind",
    "audience",
    "length",
    "written_markdown",
    "edited_markdown",
    "version",
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
load_whole_documents: Loader[UUID, list[SessionDocument]] = create_list_loader(
    DOCUMENTS_BY_SESSION, "session_id"
)


class DocumentsKey(NamedTuple):
    """The documents of a session, with so many characters of each text; None for all."""

    session_id: UUID
    chars: int | None = None


def cut_documents_query() -> Query[SessionDocument]:
    """As `DOCUMENTS_BY_SESSION`, with texts that end after the parameter `chars`."""
    chars = param("chars", Integer())
    texts = ("written_markdown", "edited_markdown")
    text = func.coalesce(SessionDocument.edited_markdown, SessionDocument.written_markdown)
    selected = select_by_keys(SessionDocument, "session_id", *DOCUMENT_COLUMNS)
    return Query(
        selected.with_only_columns(
            *model_columns(SessionDocument, *(n for n in DOCUMENT_COLUMNS if n not in texts)),
            *(func.left(getattr(SessionDocument, name), chars).label(name) for name in texts),
            case((chars > 0, func.length(text))).label("text_length"),
        ).order_by(SessionDocument.created_at, SessionDocument.id),
        SessionDocument,
    )


#: Parameters: keys (ids of sessions), account_id, chars.
CUT_DOCUMENTS_BY_SESSION = cut_documents_query()


async def load_session_documents(
    db: Reader, keys: Sequence[DocumentsKey]
) -> dict[DocumentsKey, list[SessionDocument]]:
    """One statement for each number of characters."""
    found: dict[DocumentsKey, list[SessionDocument]] = {key: [] for key in keys}
    for chars in {key.chars for key in keys}:
        ids = [key.session_id for key in found if key.chars == chars]
        if chars is None:
            by_session = await load_whole_documents(db, ids)
            found |= {DocumentsKey(id): rows for id, rows in by_session.items()}
            continue
        for row in await db.fetch_rows(
            CUT_DOCUMENTS_BY_SESSION, keys=ids, chars=chars, account_id=db.account_id
        ):
            found[DocumentsKey(row.session_id, chars)].append(row)
    return found
