"""Changes of locked sessions that a unit of work collects, and writes when it ends."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

import models
from models import SessionEventKind
from services.chat.messages import NewMessage


class PendingEvent(NamedTuple):
    session_id: UUID
    kind: SessionEventKind
    actor_id: UUID | None
    detail: dict[str, Any]


@dataclass(slots=True)
class SessionChange:
    """Pending changes of one session, written with one UPDATE of its row.

    `messages` are appended to the conversation; if `replaces_last`, the first of them takes the
    place of the last message. `texts` are added to the search index.
    """

    session: models.AISession
    messages: list[NewMessage] = field(default_factory=list)
    replaces_last: bool = False
    texts: list[str] = field(default_factory=list)

    def index(self, *texts: str | None) -> None:
        """Add texts to the search index of the session."""
        self.texts += filter(None, texts)
