"""Describes the enumerations of the domain, and each of their values, for the API."""

from enum import EnumMeta

import strawberry

import models
from queries.full_text import SessionSearchSource
from queries.session_list import SessionOrder
from realtime.dashboard_view import RemovalReason
from services import limits
from services.chat.send_message import BusyPolicy
from services.sessions.lifecycle import SessionAction


def describe_enum(enum: EnumMeta, description: str, **values: str) -> None:
    """Registers the enumeration with Strawberry, which would do it without a description."""
    strawberry.enum(enum, description=description)
    for value in enum.__strawberry_definition__.values:  # type: ignore[attr-defined]
        value.description = values[value.name]


DOCUMENTS = {
    "TICKET_NOTES": "Internal notes for the ticket.",
    "KNOWLEDGE_ARTICLE": "Article for the knowledge base.",
    "CLIENT_SUMMARY": "Summary for the client, without jargon.",
    "ESCALATION_PACKAGE": "Hand-over document for the user who claims the session.",
    "STATUS_UPDATE": "Status update for a given audience.",
}

describe_enum(
    models.Role,
    "User's role within an account; VIEWER, ENGINEER, LEAD and ADMIN have ever more rights.",
    VIEWER="Reads everything, changes nothing.",
    ENGINEER="Works on sessions they own or were handed.",
    LEAD="Works on all sessions of the account.",
    ADMIN="May also delete the sessions of others.",
)
describe_enum(
    models.SessionType,
    "How a session proceeds; fixed at creation.",
    GUIDED="The assistant leads, one step at a time.",
    CHAT="User and assistant talk freely.",
)
describe_enum(
    models.SessionStatus,
    "Lifecycle status of a session; `allowedActions` lists the possible changes.",
    ACTIVE="Being worked on.",
    PAUSED="Set aside, to be resumed.",
    RESOLVED="Closed with a solution.",
    ESCALATED="Waiting for another user to claim it.",
    ABANDONED="Closed without a solution.",
)
describe_enum(
    SessionSearchSource,
    "Kind of a text in which a search has found words.",
    TITLE="Title of the session.",
    SUMMARY="Summary of the problem.",
    RESOLUTION="How the problem was solved.",
    INTAKE="Problem as it was submitted: text, log or ticket id.",
    ESCALATION="Reason of the escalation.",
    MESSAGE="Message of a chat.",
    STEP="Step of a guided session, or its answer.",
)
describe_enum(
    SessionOrder,
    "Sort order of a list of sessions.",
    UPDATED_AT_DESC="Last changed first.",
    CREATED_AT_DESC="Newest first.",
    CREATED_AT_ASC="Oldest first.",
    BEST_MATCH="By relevance to `filter.search`, then newest first.",
)
describe_enum(
    RemovalReason,
    "Why a session left the live dashboard.",
    DELETED="The session was deleted; forget what is known of it.",
    NO_LONGER_MATCHES="The session exists, but does not match the filter.",
)
describe_enum(
    SessionAction,
    "Action on a session; each has a mutation of its own.",
    SEND_CHAT_MESSAGE="Call `sendChatMessage`; CHAT only. While the assistant is writing, with "
    "`whenBusy`.",
    RESPOND_TO_STEP="Call `respondToStep`: `currentStep` waits for an answer; GUIDED only.",
    RESOLVE="Call `resolve`: close with a solution.",
    ESCALATE="Call `escalate`: hand the session over.",
    CLAIM="Call `claim`: take an escalated session over.",
    PAUSE="Call `pause`: set the session aside.",
    RESUME="Call `resume`: continue a paused session.",
    ABANDON="Call `abandon`: close without a solution.",
    REOPEN="Call `reopen`: continue a closed session.",
    STATUS_UPDATE="Call `statusUpdate`: request a status update.",
    REGENERATE="Call `regenerate`: have the last reply or the missing step written again.",
    RENAME="Call `renameSession`: set the title.",
    RATE="Call `rateSession`, or `rateMessage` for a reply of a chat.",
    DELETE="Call `deleteSession`: remove the session for good.",
    EDIT_DOCUMENT="Call `editDocument` on one of `documents`.",
    LINK_TICKET="Reserved for ticket systems; never offered yet.",
)
describe_enum(
    models.IntakeType,
    "Form in which a problem is submitted.",
    FREE_TEXT="Description in the user's words.",
    PSA_TICKET="Id of a ticket; `ticketId` is required.",
    LOG_PASTE="Excerpt of a log; `logText` is required.",
    COMBINED="Description together with a ticket or a log.",
)
describe_enum(
    models.ConfidenceTier,
    "How well a flow of the library fits the problem, and who leads because of it.",
    GUIDED="Score of 0.8 or more: the flow leads.",
    EXPLORING="Score of 0.4 to 0.8: the assistant leads, with the flow at hand.",
    DISCOVERY="Score below 0.4: the assistant leads without a flow.",
)
describe_enum(
    models.StepType,
    "What a step asks of the user.",
    QUESTION="State a fact, mostly by choosing an option.",
    ACTION="Carry out an instruction.",
    SCRIPT="Run commands.",
    VERIFICATION="Check a result.",
    INFO_REQUEST="Supply a text: a log, a setting, an error message.",
    RESOLUTION_SUGGESTION="Say whether the problem is solved.",
)
describe_enum(
    BusyPolicy,
    "Handling of a message that arrives while the assistant is writing.",
    REJECT="Return SessionBusy.",
    ENQUEUE=f"Queue it behind the running answer; at most {limits.QUEUED_MESSAGES} wait.",
    INTERRUPT="Stop the running answer, keep its text, and answer this message.",
)
describe_enum(
    models.MessageRole,
    "Author of a message.",
    USER="Written by a user.",
    ASSISTANT="Written by the assistant.",
)
describe_enum(
    models.MessageRating, "Rating of an answer by a user.", UP="It helped.", DOWN="It did not help."
)
describe_enum(
    models.GenerationKind,
    "Purpose of a text by the assistant.",
    CHAT_REPLY="Reply to a chat message.",
    GUIDED_STEP="Next step of a guided session.",
    **DOCUMENTS,
)
describe_enum(
    models.GenerationStatus,
    "Progress of a text by the assistant.",
    QUEUED="Waiting for the running answer of the session to end.",
    RUNNING="Being written.",
    COMPLETED="Written to the end.",
    FAILED="Ended by an error; see `error`.",
    CANCELLED="Stopped by a user or by a change of the session.",
)
describe_enum(models.DocumentKind, "Kind of a text about a session.", **DOCUMENTS)
describe_enum(
    models.StatusUpdateAudience,
    "Reader of a status update.",
    TICKET_NOTES="Technicians, in the ticket.",
    CLIENT_UPDATE="The client, without jargon.",
    EMAIL_DRAFT="The client, as an e-mail with a subject.",
    REQUEST_INFO="The client, as numbered questions about what is missing.",
)
describe_enum(
    models.StatusUpdateLength,
    "How much a status update says.",
    QUICK="One or two sentences.",
    DETAILED="Everything done and found so far.",
)
describe_enum(
    models.SessionEventKind,
    "What happened to a session.",
    CREATED="The session was created.",
    MESSAGE_ADDED="A message was added to the chat.",
    MESSAGE_QUEUED="A message was queued behind the running answer.",
    STEP_ADDED="A step was added to the guided session.",
    STEP_ANSWERED="A step was answered or skipped.",
    PAUSED="The session was paused.",
    RESUMED="The session was resumed.",
    RESOLVED="The session was closed with a solution.",
    ESCALATED="The session was handed over.",
    CLAIMED="A user took the escalated session over.",
    ABANDONED="The session was closed without a solution.",
    REOPENED="The closed session was reopened.",
    RENAMED="The title was set by a user or by the assistant.",
    TICKET_LINKED="Reserved for ticket systems.",
    TICKET_UNLINKED="Reserved for ticket systems.",
    NOTE_PUSHED="Reserved for ticket systems.",
    NOTE_PUSH_FAILED="Reserved for ticket systems.",
    DOCUMENT_READY="The assistant has written a document.",
    DOCUMENT_EDITED="A user has edited a document.",
    RATED="The session or one of its messages was rated.",
    GENERATION_STARTED="The assistant began an answer or a document.",
    GENERATION_FINISHED="An answer or a document was completed, failed or was cancelled.",
    DELETED="The session was deleted.",
)
describe_enum(
    models.ErrorCode,
    "Cause of an error; stable, meant for a switch statement.",
    NOT_FOUND="The object does not exist, or belongs to another account.",
    FORBIDDEN="The caller's role or ownership does not allow it.",
    INVALID_INPUT="A value of the input is not accepted.",
    INVALID_TRANSITION="The session's status does not allow the action.",
    STALE_STATE="The session has changed since the client read it.",
    SESSION_BUSY="The assistant is still writing in this session.",
    ALREADY_CLAIMED="Another user has claimed the session.",
    WRONG_SESSION_TYPE="The operation is for sessions of the other type.",
    STEP_ALREADY_ANSWERED="The step has an answer.",
    SESSION_TOO_LONG="The chat has reached its maximum number of messages.",
    QUOTA_EXCEEDED="The budget for the assistant is used up for the day or month.",
    RATE_LIMITED="Too many requests in a short time, here or at the AI provider.",
    ASSISTANT_UNAVAILABLE="The assistant could not answer.",
    ASSISTANT_REFUSED="The AI provider refused to answer.",
    ANSWER_TOO_LONG="The answer exceeded the length the model may write.",
    TICKET_SYSTEM_UNAVAILABLE="Reserved for ticket systems.",
    TICKET_NOT_FOUND="Reserved for ticket systems.",
    INTERNAL="Error inside the server; repeat later.",
)
