"""Status updates: how things stand, for each kind of reader, short or whole."""

from collections.abc import Callable

from models import SessionStatus
from models import StatusUpdateAudience as Audience
from models import StatusUpdateLength as Length
from services.ai.offline.session_record import done, numbered, one_line, problem
from services.ai.session_snapshot import SessionSnapshot

STANDS = {
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


def update(case: SessionSnapshot, audience: Audience | None, length: Length | None) -> str:
    return WRITERS[audience or Audience.TICKET_NOTES](case, length is Length.DETAILED)


def about(case: SessionSnapshot) -> str:
    """What it is about, as a sentence."""
    said = case.problem_summary or one_line(problem(case))
    return said if said.endswith((".", "!", "?", "\N{HORIZONTAL ELLIPSIS}")) else f"{said}."


def for_the_ticket(case: SessionSnapshot, is_detailed: bool) -> str:
    recorded = done(case)
    last = f"Last: {recorded[-1].line}." if recorded else "Nothing is recorded yet."
    if not is_detailed:
        return f"{about(case)} {STANDS[case.status]} {last}"
    parts = [
        problem(case),
        STANDS[case.status],
        numbered([each.line for each in recorded]) or last,
        case.resolution_summary,
        case.escalation_reason,
    ]
    return "\n\n".join(filter(None, parts))


def for_the_client(case: SessionSnapshot, is_detailed: bool) -> str:
    opening = f"This is about what you told us: {about(case)} {STANDS[case.status]}"
    if not is_detailed:
        return opening
    checked = len([each for each in done(case) if each.result])
    parts = [
        opening,
        f"So far we have gone through {checked} checks." if checked else "",
        f"What we found: {case.resolution_summary}" if case.resolution_summary else "",
        "You need to do nothing for now. We write again as soon as there is news."
        if not case.status.is_closed
        else "If it comes back, answer to this message.",
    ]
    return "\n\n".join(filter(None, parts))


def as_email(case: SessionSnapshot, is_detailed: bool) -> str:
    subject = case.title or one_line(problem(case))
    return (
        f"Subject: {subject}\n\nHello,\n\n{for_the_client(case, is_detailed)}\n\n"
        f"Kind regards\n{case.engineer}"
    )


def asking_for_more(case: SessionSnapshot, is_detailed: bool) -> str:
    still_open = [each.what for each in done(case) if each.result is None]
    asked = [*still_open, *QUESTIONS]
    return (
        f"To go on with what you told us ({about(case)}) we need a little more from you:\n\n"
        f"{numbered(asked if is_detailed else asked[:3])}"
    )


WRITERS: dict[Audience, Callable[[SessionSnapshot, bool], str]] = {
    Audience.TICKET_NOTES: for_the_ticket,
    Audience.CLIENT_UPDATE: for_the_client,
    Audience.EMAIL_DRAFT: as_email,
    Audience.REQUEST_INFO: asking_for_more,
}
