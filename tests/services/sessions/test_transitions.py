"""The operations that change the status of a session, and their effects beside the status."""

import pytest
from sqlalchemy import func, select

import models
from models import DocumentKind, GenerationStatus, Role, SessionStatus
from services.chat.send_message import BusyPolicy, send_message
from services.errors import AlreadyClaimed, Forbidden, InvalidInput, NotFound
from services.sessions.abandon import abandon_session
from services.sessions.claim import claim_session
from services.sessions.delete import delete_session
from services.sessions.escalate import escalate_session
from services.sessions.pause import pause_session, resume_session
from services.sessions.rate import rate_session
from services.sessions.rename import rename_session
from services.sessions.reopen import reopen_session
from services.sessions.resolve import resolve_session
from tests import factories
from tests.services.session_rows import load_events, load_generation, load_session
from tests.superuser import as_owner


@pytest.fixture
async def session(running, ana):
    session = factories.chat_session(ana)
    await factories.save(running, session)
    return session


@pytest.fixture
def act(begin):
    """Runs one operation in a unit of work of its own."""

    async def act(who, operation, *args, **more):
        async with begin(who) as work:
            return await operation(work, *args, **more)

    return act


async def test_resolving_stores_the_summary_and_starts_each_document_once(
    act, running, runner, ana, session
):
    kinds = [DocumentKind.TICKET_NOTES, DocumentKind.TICKET_NOTES]
    _, started = await act(ana, resolve_session, session.id, summary=" Restarted ", kinds=kinds)
    assert [each.row.kind.value for each in started] == ["ticket_notes"]
    assert runner.started == [each.id for each in started]
    resolved = await load_session(running, session.id)
    assert (resolved.status, resolved.resolution_summary) == (SessionStatus.RESOLVED, "Restarted")
    assert resolved.resolved_at is not None
    assert await load_events(running, session.id) == [
        ("resolved", {"summary": "Restarted"}),
        ("generation_started", {"generation_id": str(started[0].id), "kind": "ticket_notes"}),
    ]


async def test_resolving_writes_no_document_of_an_escalation(act, ana, session):
    kinds = [DocumentKind.ESCALATION_PACKAGE]
    with pytest.raises(InvalidInput, match="ESCALATION_PACKAGE"):
        await act(ana, resolve_session, session.id, kinds=kinds)


async def test_closing_cancels_the_running_and_the_queued_answer(
    act, running, runner, ana, session
):
    first = await act(ana, send_message, session.id, "one")
    queued = await act(ana, send_message, session.id, "two", when_busy=BusyPolicy.ENQUEUE)
    await act(ana, abandon_session, session.id, reason="no answer")
    ended = [first.generation.id, queued.generation.id]
    assert runner.cancelled == runner.settled == ended
    for generation_id in ended:
        generation = await load_generation(running, generation_id)
        assert generation.status is GenerationStatus.CANCELLED
        assert generation.error_reason == "The session was abandoned."
    abandoned = await load_session(running, session.id)
    assert [m["content"] for m in abandoned.conversation_messages] == ["one", "two"]
    assert ("abandoned", {"reason": "no answer"}) in await load_events(running, session.id)


async def test_pausing_and_resuming(act, running, ana, session):
    await act(ana, pause_session, session.id, expected_version=0)
    paused = await load_session(running, session.id)
    assert (paused.status, paused.paused_at is not None) == (SessionStatus.PAUSED, True)
    await act(ana, resume_session, session.id)
    resumed = await load_session(running, session.id)
    assert (resumed.status, resumed.paused_at) == (SessionStatus.ACTIVE, None)


async def test_reopening_forgets_the_solution(act, running, ana, session):
    await act(ana, resolve_session, session.id, summary="Restarted", kinds=[])
    await act(ana, reopen_session, session.id)
    reopened = await load_session(running, session.id)
    assert reopened.status is SessionStatus.ACTIVE
    assert reopened.resolution_summary is reopened.resolved_at is None
    kinds = [kind for kind, _ in await load_events(running, session.id)]
    assert kinds == ["resolved", "reopened"]


async def test_an_escalated_session_is_claimed_once(act, running, ana, ben, session):
    cem = await factories.user(running, "Cem", account_id=ana.account_id)
    await act(ana, escalate_session, session.id, reason="beyond me", to_user_id=ben.user_id)
    with pytest.raises(Forbidden, match="Another user has to claim it"):
        await act(ana, claim_session, session.id)
    await act(cem, claim_session, session.id)
    await act(cem, claim_session, session.id)
    with pytest.raises(AlreadyClaimed, match="Cem has already claimed this session") as claimed:
        await act(ben, claim_session, session.id)
    assert claimed.value.claimed_by_id == cem.user_id
    row = await load_session(running, session.id)
    assert (row.status, row.escalated_to_id) == (SessionStatus.ACTIVE, cem.user_id)
    kinds = [kind for kind, _ in await load_events(running, session.id)]
    assert kinds.count("claimed") == 1


async def test_who_a_session_can_be_escalated_to(act, running, ana, eve, session):
    viewer = await factories.user(running, "Vic", account_id=ana.account_id, role=Role.VIEWER)
    for who, error, message in (
        (ana, InvalidInput, "to yourself"),
        (viewer, InvalidInput, "Vic is a viewer"),
        (eve, NotFound, "no such user in your account"),
    ):
        with pytest.raises(error, match=message):
            await act(ana, escalate_session, session.id, reason="why", to_user_id=who.user_id)
    assert (await load_session(running, session.id)).status is SessionStatus.ACTIVE


async def test_a_deleted_session_leaves_a_tombstone_and_nothing_else(
    act, running, runner, ana, ben, session
):
    sent = await act(ana, send_message, session.id, "one")
    with pytest.raises(Forbidden, match="owner or an administrator"):
        await act(ben, delete_session, session.id)
    await act(ana, delete_session, session.id)
    assert runner.cancelled == runner.settled == [sent.generation.id]
    async with as_owner(running) as db:
        for model in (models.SessionEvent, models.Generation, models.SessionSearch):
            of_session = select(func.count()).where(model.session_id == session.id)
            assert await db.scalar(of_session.select_from(model)) == 0
        tombstone = await db.get_one(models.DeletedSession, (session.account_id, session.id))
    assert tombstone.user_id == ana.user_id
    with pytest.raises(NotFound):
        await act(ana, delete_session, session.id)


async def test_a_rename_and_a_rating_are_events_of_the_session(act, running, ana, session):
    await act(ana, rename_session, session.id, " Mail ")
    await act(ana, rate_session, session.id, 4, "  good ")
    row = await load_session(running, session.id)
    assert (row.title, row.session_rating, row.session_feedback) == ("Mail", 4, "good")
    assert await load_events(running, session.id) == [
        ("renamed", {"title": "Mail"}),
        ("rated", {"rating": "4"}),
    ]
    assert row.state_version == 2


@pytest.mark.parametrize("rating", [0, 6])
async def test_a_rating_is_from_one_to_five(act, ana, session, rating):
    with pytest.raises(InvalidInput, match="between 1 and 5"):
        await act(ana, rate_session, session.id, rating, None)
