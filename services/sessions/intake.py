"""The intake: the problem as described when a session is created."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from models import IntakeType
from services import limits
from services.errors import InvalidInput
from services.input_validation import optional_text

BACKTICKS = re.compile("`{3,}")


@dataclass(frozen=True, slots=True)
class Intake:
    """Has at least one text or a ticket id."""

    type: IntakeType
    text: str | None = None
    log_text: str | None = None
    ticket_id: str | None = None

    @property
    def words(self) -> str:
        return "\n".join(filter(None, (self.text, self.log_text)))

    def as_content(self) -> dict[str, Any]:
        content = {"text": self.text, "log_text": self.log_text, "ticket_id": self.ticket_id}
        return {name: value for name, value in content.items() if value}


def validate_intake(
    type: IntakeType,
    text: str | None,
    log_text: str | None,
    ticket_id: str | None,
    *,
    ticket_field: str = "intake.ticketId",
) -> Intake:
    """Raises InvalidInput if the intake is empty, or lacks what its type requires. `ticket_field`
    is where the client wrote the ticket's id."""
    intake = Intake(
        type,
        optional_text(text, "The text", "intake.text", at_most=limits.INTAKE_CHARS),
        optional_text(log_text, "The log", "intake.logText", at_most=limits.LOG_CHARS),
        optional_text(ticket_id, "The ticket id", ticket_field, at_most=limits.TICKET_ID_CHARS),
    )
    if type is IntakeType.LOG_PASTE and not intake.log_text:
        raise InvalidInput("An intake of type LOG_PASTE needs `logText`.", "intake.logText")
    if type is IntakeType.PSA_TICKET and not intake.ticket_id:
        raise InvalidInput("An intake of type PSA_TICKET needs `ticketId`.", "intake.ticketId")
    if not (intake.words or intake.ticket_id):
        message = "Describe the problem: `intake.text` must not be empty."
        raise InvalidInput(message, "intake.text")
    return intake


def opening_message(content: Mapping[str, Any], ticket_id: str | None) -> str:
    """The intake of a session, as the first message of its chat."""
    log_text = content.get("log_text")
    parts = [content.get("text"), fenced(log_text) if log_text else ""]
    return "\n\n".join(filter(None, parts)) or f"Ticket {ticket_id}"


def fenced(text: str) -> str:
    """The text in a code fence of Markdown that it cannot leave."""
    longest = max(map(len, BACKTICKS.findall(text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}\n{text}\n{fence}"
