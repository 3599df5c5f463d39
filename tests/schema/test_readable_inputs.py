"""What clients can write they can read: each value of an input has a field that shows it."""

from graphql import GraphQLInputObjectType

from resolvers.schema import schema
from tests.schema.coordinates import coordinates

OURS = coordinates(schema.as_str())
#: Names what exists already, or how to act, and is no value that is stored.
TARGETS = {"sessionId", "stepId", "messageId", "documentId", "generationId"}
HOW_TO_ACT = {
    *("idempotencyKey", "expectedStateVersion", "expectedVersion", "whenBusy"),
    *("input", "intake", "answer"),
}
READ = {
    "IntakeInput.type": "SessionIntake.type",
    "IntakeInput.text": "SessionIntake.text",
    "IntakeInput.logText": "SessionIntake.logText",
    "IntakeInput.ticketId": "SessionIntake.ticketId",
    "CreateSessionInput.sessionType": "AISession.sessionType",
    "CreateSessionInput.title": "AISession.title",
    "CreateSessionInput.ticketId": "SessionIntake.ticketId",
    "SendChatMessageInput.content": "ChatMessage.content",
    "StepAnswerInput.option": "StepAnswer.option",
    "StepAnswerInput.text": "StepAnswer.text",
    "StepAnswerInput.skip": "StepAnswer.skipped",
    "ResolveInput.resolutionSummary": "AISession.resolutionSummary",
    "ResolveInput.documents": "SessionDocument.kind",
    "EscalateInput.reason": "AISession.escalationReason",
    "EscalateInput.toUserId": "AISession.escalatedTo",
    "AbandonInput.reason": "AbandonedDetails.reason",
    "StatusUpdateInput.audience": "SessionDocument.audience",
    "StatusUpdateInput.length": "SessionDocument.length",
    "RenameSessionInput.title": "AISession.title",
    "RateSessionInput.rating": "AISession.rating",
    "RateSessionInput.comment": "AISession.ratingComment",
    "RateMessageInput.rating": "ChatMessage.rating",
    "EditDocumentInput.markdown": "SessionDocument.markdown",
    "UpdateAccountInput.timeZone": "Account.timeZone",
}


def test_every_input_of_a_mutation_can_be_read():
    written = {
        f"{name}.{field}"
        for name, kind in schema._schema.type_map.items()
        if isinstance(kind, GraphQLInputObjectType) and name != "SessionFilter"
        for field in kind.fields
        if field not in TARGETS | HOW_TO_ACT
    }
    assert READ.keys() == written
    assert [place for place in READ.values() if place not in OURS] == []
