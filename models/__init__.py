"""The tables. Import from here: `import models`, then `models.ChatSession`."""

from models.api_key import ApiKey
from models.base import Base
from models.document import SessionDocument
from models.enums import (
    TURN_KINDS,
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
from models.event import DeletedSession, SessionEvent
from models.flow import Flow, FlowStats
from models.generation import TOKEN_COLUMNS, Generation, GenerationDelta
from models.idempotency import IdempotencyKey
from models.quota import LedgerEntry, RateLimitState, SpendTotal
from models.server_secret import ServerSecret
from models.session import AISession, AssistantChat, ChatSession, GuidedSession, SessionSearch
from models.session_count import SessionCount
from models.step import SessionStep
from models.user import Account, User

__all__ = [
    "TOKEN_COLUMNS",
    "TURN_KINDS",
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
    "FlowStats",
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
    "RateLimitState",
    "Role",
    "ServerSecret",
    "SessionCount",
    "SessionDocument",
    "SessionEvent",
    "SessionEventKind",
    "SessionSearch",
    "SessionStatus",
    "SessionStep",
    "SessionType",
    "SpendTotal",
    "StatusUpdateAudience",
    "StatusUpdateLength",
    "StepType",
    "User",
    "UserKind",
]
