"""Status updates for each audience, quick or detailed."""

from collections.abc import Callable

from models import SessionStatus
from models import StatusUpdateAudience as Audience
from models import StatusUpdateLength as Length
from services.ai.offline.session_record import (
    number_lines,
    problem_statement,
    recorded_actions,
    shorten_line,
)
from services.ai.session_snapshot import SessionSnapshot

STATUS_SENTENCES = {
    SessionStatus.ACTIVE: "We are working on it.",
    SessionStatus.PAUSED: "The work on it is paused and will go on.",
    SessionStatus.RESOLVED: "It is solved.",
    SessionStatus.ESCALATED: "It has been handed to a senior colleague, with all that was found.",
    SessionStatus.ABANDONED: "The work on it has ended without a solution.",
}
QUESTIONS = (
    "What does the error message say, word for word? A photo of the screen is welcome.",
    "Since when does it happen, and was anything changed or installed shortly before?",
    "Does it happen to you alone, or to colleagues too?",
    "Does it happen on another device, or in another place, as well?",
)
SENTENCE_ENDS = (".", "!", "?", "\N{HORIZONTAL ELLIPSIS}")


def compose_status_update(
    snapshot: SessionSnapshot, audience: Audience | None, length: Length | None
) -> str:
    composer = COMPOSERS[audience or Audience.TICKET_NOTES]
    return composer(snapshot, length is Length.DETAILED)


def problem_sentence(snapshot: SessionSnapshot) -> str:
    text = snapshot.problem_summary or shorten_line(problem_statement(snapshot))
    return text if text.endswith(SENTENCE_ENDS) else f"{text}."


def compose_ticket_update(snapshot: SessionSnapshot, is_detailed: bool) -> str:
    actions = recorded_actions(snapshot)
    last = f"Last: {actions[-1].line}." if actions else "Nothing is recorded yet."
    status = STATUS_SENTENCES[snapshot.status]
    if not is_detailed:
        return f"{problem_sentence(snapshot)} {status} {last}"
    parts = [
        problem_statement(snapshot),
        status,
        number_lines([action.line for action in actions]) or last,
        snapshot.resolution_summary,
        snapshot.escalation_reason,
    ]
    return "\n\n".join(filter(None, parts))


def compose_client_update(snapshot: SessionSnapshot, is_detailed: bool) -> str:
    status = STATUS_SENTENCES[snapshot.status]
    opening = f"This is about what you told us: {problem_sentence(snapshot)} {status}"
    if not is_detailed:
        return opening
    checks = len([action for action in recorded_actions(snapshot) if action.result])
    parts = [
        opening,
        f"So far we have gone through {checks} checks." if checks else "",
        f"What we found: {snapshot.resolution_summary}" if snapshot.resolution_summary else "",
        "You need to do nothing for now. We write again as soon as there is news."
        if not snapshot.status.is_closed
        else "If it comes back, answer to this message.",
    ]
    return "\n\n".join(filter(None, parts))


def compose_email(snapshot: SessionSnapshot, is_detailed: bool) -> str:
    subject = snapshot.title or shorten_line(problem_statement(snapshot))
    return (
        f"Subject: {subject}\n\nHello,\n\n{compose_client_update(snapshot, is_detailed)}\n\n"
        f"Kind regards\n{snapshot.engineer}"
    )


def compose_information_request(snapshot: SessionSnapshot, is_detailed: bool) -> str:
    still_open = [a.title for a in recorded_actions(snapshot) if a.result is None]
    questions = [*still_open, *QUESTIONS]
    return (
        f"To go on with what you told us ({problem_sentence(snapshot)}) we need a little more from "
        f"you:\n\n{number_lines(questions if is_detailed else questions[:3])}"
    )


COMPOSERS: dict[Audience, Callable[[SessionSnapshot, bool], str]] = {
    Audience.TICKET_NOTES: compose_ticket_update,
    Audience.CLIENT_UPDATE: compose_client_update,
    Audience.EMAIL_DRAFT: compose_email,
    Audience.REQUEST_INFO: compose_information_request,
}
