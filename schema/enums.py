"""The domain's enumerations as clients read them: each with what it says, values where a name
does not say enough."""

from enum import EnumMeta

import strawberry

import models
from queries.session_list import SessionOrder
from services.chat.turns import BusyPolicy
from services.sessions.lifecycle import SessionAction


def describe_enum(words: EnumMeta, description: str, **values: str) -> None:
    """Registers the enumeration with Strawberry, which would do it without a description."""
    strawberry.enum(words, description=description)
    for value in words.__strawberry_definition__.values:  # type: ignore[attr-defined]
        value.description = values.get(value.name)


describe_enum(models.Role, "What somebody is in their account.")
describe_enum(
    models.SessionType,
    "The two ways to work on a problem.",
    GUIDED="The assistant leads, one step at a time.",
    CHAT="Technician and assistant talk.",
)
describe_enum(
    models.SessionStatus,
    "Where a session stands. `allowedActions` says where it can go.",
    ESCALATED="Waiting for somebody to claim it.",
    ABANDONED="Ended without a solution.",
)
describe_enum(SessionOrder, "How a list of sessions is sorted.")
describe_enum(SessionAction, "What can be done to a session.")
describe_enum(
    models.IntakeType,
    "What a session began with.",
    COMBINED="A description together with a ticket or a log.",
)
describe_enum(
    models.ConfidenceTier,
    "How well a flow of the library fits the problem.",
    GUIDED="Score 0.8 and more: the flow leads.",
    EXPLORING="Score 0.4 to 0.8: the assistant leads, with the flow at hand.",
    DISCOVERY="Below 0.4: no flow fits, the assistant finds its way.",
)
describe_enum(
    models.StepType,
    "What a step asks for.",
    QUESTION="A fact, mostly by one of its options.",
    ACTION="Something to do.",
    SCRIPT="Commands to run.",
    VERIFICATION="A result to check.",
    INFO_REQUEST="A text to supply: a log, a setting, a message.",
    RESOLUTION_SUGGESTION="Whether this has solved it.",
)
describe_enum(
    BusyPolicy,
    "What to do with a message while the assistant is still writing.",
    REJECT="Answer SessionBusy.",
    ENQUEUE="Let it wait, and answer it next. At most ten wait.",
    INTERRUPT="Stop the running answer, keep what is written of it, and answer this.",
)
describe_enum(models.MessageRole, "Who said it.", USER="The technician.")
describe_enum(models.MessageRating, "A thumb for an answer.")
describe_enum(
    models.GenerationKind,
    "What the assistant is writing.",
    CHAT_REPLY="A message of a chat.",
    GUIDED_STEP="The next step of a guided session.",
)
describe_enum(
    models.GenerationStatus,
    "Where an answer stands.",
    CANCELLED="Stopped by somebody, or by what was done to its session.",
)
describe_enum(models.DocumentKind, "What can be written about a session.")
describe_enum(
    models.StatusUpdateAudience,
    "Who reads a status update.",
    TICKET_NOTES="Technicians, in the ticket.",
    CLIENT_UPDATE="The client, in plain words.",
    EMAIL_DRAFT="The client, as an e-mail with its subject.",
    REQUEST_INFO="The client: numbered questions for what is missing.",
)
describe_enum(
    models.StatusUpdateLength,
    "How long a status update is.",
    QUICK="One or two sentences.",
    DETAILED="The whole picture.",
)
describe_enum(models.SessionEventKind, "What has happened to a session.")
describe_enum(models.ErrorCode, "Why something was refused or failed. Stable: made to switch on.")
