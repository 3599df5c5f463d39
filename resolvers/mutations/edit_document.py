from typing import Annotated

import strawberry

from resolvers.permissions import ENGINEER_UP
from schema import ids
from schema.context import Info
from schema.documents import SessionDocument
from schema.errors import Forbidden, InvalidInput, NotFound
from schema.session_loading import session_from_row
from schema.sessions import AISession
from services.sessions import documents


@strawberry.input
class EditDocumentInput:
    document_id: strawberry.ID
    markdown: str


@strawberry.type
class EditDocumentSuccess:
    session: AISession
    document: SessionDocument


EditDocumentResult = Annotated[
    EditDocumentSuccess | NotFound | Forbidden | InvalidInput,
    strawberry.union("EditDocumentResult"),
]


@strawberry.mutation(
    extensions=[ENGINEER_UP],
    description="Put your words over the assistant's; they stay over later ones.",
)
async def edit_document(info: Info, input: EditDocumentInput) -> EditDocumentResult:
    document_id = ids.decode_global_id(input.document_id, "SessionDocument", what="document")
    async with info.context.unit_of_work() as work:
        session, document = await documents.edit_document(work, document_id, input.markdown)
    return EditDocumentSuccess(
        session=session_from_row(session), document=SessionDocument.from_row(document)
    )
