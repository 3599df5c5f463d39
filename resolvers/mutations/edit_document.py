from typing import Annotated

import strawberry

from resolvers.permissions import engineer_mutation
from schema import ids
from schema.context import Info
from schema.descriptions import CHANGED_SESSION, Input, optional_field
from schema.documents import SessionDocument
from schema.errors import AccessError, InvalidInput, StaleDocument, result_union
from schema.session_loading import session_from_row
from schema.sessions import AISession
from services import limits
from services.sessions import documents


@strawberry.input(description="Document and its new text.")
class EditDocumentInput:
    document_id: strawberry.ID = strawberry.field(description="Global id of the document.")
    markdown: str = strawberry.field(
        description=f"New text in Markdown, at most {limits.DOCUMENT_CHARS:,} characters."
    )
    expected_version: int | None = optional_field(
        description="`version` of the text that was edited; a newer one gives StaleDocument. "
        "Null: no check."
    )


@strawberry.type(description="The text was stored.")
class EditDocumentSuccess:
    session: AISession = strawberry.field(description=CHANGED_SESSION)
    document: SessionDocument = strawberry.field(description="The document with the new text.")


EditDocumentResult = Annotated[
    EditDocumentSuccess | AccessError | InvalidInput | StaleDocument,
    result_union("EditDocumentResult"),
]


@engineer_mutation(
    description="Replaces a document's text by the user's. A new text by the assistant does not "
    "replace it."
)
async def edit_document(info: Info, input: Input[EditDocumentInput]) -> EditDocumentResult:
    document_id = ids.decode_global_id(input.document_id, "SessionDocument", what="document")
    async with info.context.unit_of_work() as work:
        session, document = await documents.edit_document(
            work, document_id, input.markdown, expected_version=input.expected_version
        )
    return EditDocumentSuccess(
        session=session_from_row(session), document=SessionDocument.from_row(document)
    )
