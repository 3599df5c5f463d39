import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import select

import models
from models import DocumentKind, GenerationKind, GenerationStatus
from models import StatusUpdateAudience as Audience
from models import StatusUpdateLength as Length
from services.errors import Forbidden, NotFound, StaleDocument
from services.quotas.quotas import Quota, Quotas
from services.sessions.access import lock_session
from services.sessions.documents import (
    edit_document,
    request_status_update,
    store_document,
)
from services.sessions.escalate import reserve_package_if_within_budget
from tests import factories
from tests.services.session_rows import load_events, load_generation
from tests.superuser import as_owner

NOTES = GenerationKind.TICKET_NOTES


@pytest.fixture
async def session(running, ana):
    session = factories.chat_session(ana)
    await factories.save(running, session)
    return session


@pytest.fixture
def generate(begin, running, ana, session):
    """Stores the document of a generation that has just completed."""

    async def generate(text, *, generation=None, kind=NOTES, request=None):
        if generation is None:
            generation = await save_generation(running, session, kind, request or {})
        async with begin(ana) as work:
            locked = await lock_session(work, session.id)
            return await store_document(work, locked, generation, text)

    return generate


async def save_generation(running, session, kind, request=None):
    generation = models.Generation(
        account_id=session.account_id,
        session_id=session.id,
        kind=kind,
        status=GenerationStatus.COMPLETED,
        request=request or {},
        requested_by_id=session.user_id,
    )
    await factories.save(running, generation)
    return generation


async def load_documents(running, session):
    document = models.SessionDocument
    async with as_owner(running) as db:
        found = await db.scalars(select(document).where(document.session_id == session.id))
        return list(found)


async def test_a_document_is_stored_without_its_secrets(running, session, generate):
    stored = await generate("Reset the password to Summer2026! for ana.")
    [document] = await load_documents(running, session)
    assert document.id == stored.id
    assert (document.kind, document.edited_markdown) == (DocumentKind.TICKET_NOTES, None)
    assert "Summer2026!" not in document.written_markdown
    [(kind, detail)] = await load_events(running, session.id)
    assert (kind, detail) == (
        "document_ready",
        {"document_id": str(document.id), "kind": "ticket_notes"},
    )


async def test_a_document_is_written_again_in_its_place(running, session, generate):
    first, second = await generate("one"), await generate("two")
    assert first.id == second.id
    assert [d.written_markdown for d in await load_documents(running, session)] == ["two"]


async def test_a_generation_that_began_earlier_does_not_overwrite_a_newer_document(
    running, session, generate
):
    slow = await save_generation(running, session, NOTES)
    newer = await save_generation(running, session, NOTES)
    await generate("newer", generation=newer)
    await generate("older", generation=slow)
    assert [d.written_markdown for d in await load_documents(running, session)] == ["newer"]


async def test_each_status_update_is_a_document_of_its_own(running, session, generate):
    request = {"audience": Audience.CLIENT_UPDATE.value, "length": Length.QUICK.value}
    for text in ("one", "two"):
        await generate(text, kind=GenerationKind.STATUS_UPDATE, request=request)
    documents = await load_documents(running, session)
    assert sorted(d.written_markdown for d in documents) == ["one", "two"]
    assert {(d.audience, d.length) for d in documents} == {(Audience.CLIENT_UPDATE, Length.QUICK)}


async def test_an_edited_version_stays_over_what_is_generated_later(
    begin, running, ana, session, generate
):
    document = await generate("one")
    async with begin(ana) as work:
        await edit_document(work, document.id, " better ")
    await generate("two")
    [document] = await load_documents(running, session)
    assert (document.edited_markdown, document.written_markdown) == ("better", "two")
    assert document.edited_by_id == ana.user_id


async def test_who_edits_an_older_text_is_told_and_nothing_is_lost(
    begin, running, ana, session, generate
):
    document = await generate("written")
    seen = document.version
    async with begin(ana) as work:
        _, first = await edit_document(work, document.id, "by A", expected_version=seen)
    with pytest.raises(StaleDocument) as told:
        async with begin(ana) as work:
            await edit_document(work, document.id, "by B", expected_version=seen)
    assert told.value.document_id == document.id
    [kept] = await load_documents(running, session)
    assert (kept.edited_markdown, kept.version) == ("by A", first.version)
    async with begin(ana) as work:
        await edit_document(work, document.id, "by A and B", expected_version=first.version)
    [kept] = await load_documents(running, session)
    assert kept.edited_markdown == "by A and B"


async def test_of_two_edits_at_once_one_is_told(begin, running, ana, session, generate):
    document = await generate("written")

    async def edit(text):
        async with begin(ana) as work:
            await edit_document(work, document.id, text, expected_version=document.version)
        return text

    done = await asyncio.gather(*map(edit, "abcd"), return_exceptions=True)
    assert sum(isinstance(each, StaleDocument) for each in done) == 3
    [kept] = await load_documents(running, session)
    assert kept.edited_markdown in done


async def test_a_version_counts_the_texts_that_readers_see(begin, running, ana, session, generate):
    versions = [(await generate(text)).version for text in ("one", "two")]
    async with begin(ana) as work:
        _, edited = await edit_document(work, (await generate("three")).id, "mine")
    versions.append(edited.version)
    assert versions == [1, 2, 4]
    assert (await generate("hidden by the edit")).version == 4


async def test_documents_of_others_are_not_edited(begin, running, ana, eve, generate):
    document = await generate("one")
    cem = await factories.user(running, "Cem", account_id=ana.account_id)
    for who, error in ((eve, NotFound), (cem, Forbidden)):
        with pytest.raises(error):
            async with begin(who) as work:
                await edit_document(work, document.id, "mine")


async def test_a_status_update_is_started_for_its_audience(begin, running, runner, ana, session):
    async with begin(ana) as work:
        _, started = await request_status_update(
            work, session.id, audience=Audience.CLIENT_UPDATE, length=Length.QUICK
        )
    assert runner.started == [started.id]
    generation = await load_generation(running, started.id)
    assert generation.kind is GenerationKind.STATUS_UPDATE
    assert generation.request == {"audience": "client_update", "length": "quick"}


async def test_beyond_the_quota_a_document_is_left_out_and_nothing_reserved(
    begin, running, runner, ana, session
):
    runner.quotas = replace(Quotas(), user=Quota(tokens_per_day=1))
    async with begin(ana) as work:
        locked = await lock_session(work, session.id)
        reserved = await reserve_package_if_within_budget(work, locked)
        assert await reserve_package_if_within_budget(work, locked) is None
    async with as_owner(running) as db:
        ledger = select(models.LedgerEntry).where(models.LedgerEntry.account_id == ana.account_id)
        assert [row.generation_id for row in await db.scalars(ledger)] == [reserved.id]
