"""A desk in the middle of a working day: sessions of both kinds, in every status."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor

from tests.console.api_actions import answer_step, begin, do, say, settled
from tests.console.signed_in_desk import Desk

#: The ids of its sessions, by the names that addresses have for them.
Demo = Mapping[str, str]


def abandoned(desk: Desk) -> str:
    session = begin(desk.engineer, "CHAT", "The coffee machine on the third floor shows E-04")
    settled(desk.engineer, session)
    do(desk.engineer, "abandon", session, reason="Not ours: facility management looks after it.")
    return session


def resolved_chat(desk: Desk) -> str:
    session = begin(
        desk.engineer, "CHAT", "OneDrive is not syncing the files of accounting since the move"
    )
    settled(desk.engineer, session)
    say(desk.engineer, session, "One user, only some files or folders")
    settled(desk.engineer, session)
    do(
        desk.engineer,
        "resolve",
        session,
        resolutionSummary="The old account was still linked. Unlinked it and signed in anew.",
        documents=["TICKET_NOTES", "KNOWLEDGE_ARTICLE"],
    )
    return session


def resolved_guided(desk: Desk) -> str:
    session = begin(desk.owner, "GUIDED", "User account is locked out again this morning")
    for _ in range(3):
        answer_step(desk.owner, session)
    do(
        desk.owner,
        "resolve",
        session,
        resolutionSummary="A phone kept trying an old password. Removed its saved credentials.",
    )
    do(desk.owner, "rateSession", session, rating=5)
    return session


def paused(desk: Desk) -> str:
    session = begin(desk.owner, "GUIDED", "Printer not printing, jobs stuck in the queue")
    answer_step(desk.owner, session)
    do(desk.owner, "pause", session)
    return session


def claimed(desk: Desk) -> str:
    session = begin(desk.engineer, "GUIDED", "Got a blue screen twice today, after the dock update")
    answer_step(desk.engineer, session)
    do(desk.engineer, "escalate", session, reason="The dump names a driver I may not replace.")
    settled(desk.engineer, session)
    do(desk.lead, "claim", session)
    return session


def unclaimed(desk: Desk) -> str:
    session = begin(desk.engineer, "CHAT", "Wifi keeps dropping in the large meeting room")
    settled(desk.engineer, session)
    say(desk.engineer, session, "All devices in one place")
    settled(desk.engineer, session)
    do(
        desk.engineer,
        "escalate",
        session,
        reason="Changing channels needs somebody with access to the controller.",
    )
    return session


def guided(desk: Desk) -> str:
    session = begin(desk.owner, "GUIDED", "The VPN keeps disconnecting every few minutes")
    for _ in range(2):
        answer_step(desk.owner, session)
    return session


def chat(desk: Desk) -> str:
    session = begin(desk.owner, "CHAT", "Outlook shows no new mail since this morning")
    settled(desk.owner, session)
    for answer in (
        "One user; the web shows all mail, the program does not",
        "Classic Outlook for Windows",
    ):
        say(desk.owner, session, answer)
        settled(desk.owner, session)
    do(desk.owner, "statusUpdate", session, audience="CLIENT_UPDATE")
    return session


SESSIONS = (
    abandoned,
    resolved_chat,
    resolved_guided,
    paused,
    claimed,
    unclaimed,
    guided,
    chat,
)


def fill(desk: Desk) -> Demo:
    """All at once, for answers are written at the pace of reading."""

    def made(make: Callable[[Desk], str]) -> str:
        session_id = make(desk)
        settled(desk.owner, session_id)
        return session_id

    with ThreadPoolExecutor(len(SESSIONS)) as at_once:
        ids = at_once.map(made, SESSIONS)
        return dict(zip((make.__name__ for make in SESSIONS), ids, strict=True))
