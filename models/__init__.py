"""The tables. Import from here: `import models`, then `models.ChatSession`."""

from models.api_key import ApiKey
from models.base import Base
from models.enums import (
    TURNS,
    ConfidenceTier,
    DocumentKind,
    ErrorCode,
    GenerationKind,
    GenerationStatus,
    IntakeType,
    MessageRating,
    MessageRole,
    Role,
    SessionEventKind,
    SessionStatus,
    SessionType,
    StatusUpdateAudience,
    StatusUpdateLength,
    StepType,
    UserKind,
)
from models.flow import Flow, FlowUse
from models.generation import TOKENS, Generation, GenerationDelta
from models.quota import LedgerEntry, RateCounter, Spending
from models.record import (
    DeletedSession,
    IdempotencyKey,
    SessionDocument,
    SessionEvent,
    SessionTally,
)
from models.session import AISession, AssistantChat, ChatSession, GuidedSession, SessionSearch
from models.step import SessionStep
from models.user import Account, User

__all__ = [
    "TOKENS",
    "TURNS",
    "AISession",
    "Account",
    "ApiKey",
    "AssistantChat",
    "Base",
    "ChatSession",
    "ConfidenceTier",
    "DeletedSession",
    "DocumentKind",
    "ErrorCode",
    "Flow",
    "FlowUse",
    "Generation",
    "GenerationDelta",
    "GenerationKind",
    "GenerationStatus",
    "GuidedSession",
    "IdempotencyKey",
    "IntakeType",
    "LedgerEntry",
    "MessageRating",
    "MessageRole",
    "RateCounter",
    "Role",
    "SessionDocument",
    "SessionEvent",
    "SessionEventKind",
    "SessionSearch",
    "SessionStatus",
    "SessionStep",
    "SessionTally",
    "SessionType",
    "Spending",
    "StatusUpdateAudience",
    "StatusUpdateLength",
    "StepType",
    "User",
    "UserKind",
]
