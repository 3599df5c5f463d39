"""Describes sessions after their first exchange: title, summary and domain.

What a user has set stays.
"""

import asyncio
import logging
from collections.abc import Collection
from uuid import UUID

from models import SessionEventKind, SessionType
from services.ai.port import Assistant, AssistantError, SessionDescription
from services.ai.session_snapshot import SessionSnapshot
from services.errors import NotFound
from services.generations import request_loader
from services.limits import TITLE_CHARS
from services.principal import Principal
from services.quotas import usage_ledger
from services.sessions import access, store
from services.unit_of_work import GenerationRunnerPort, UnitOfWork, begin_unit_of_work
from storage.outages import reraise_if_cancelled, retry_while_database_down
from storage.transactions import Tenancy

logger = logging.getLogger(__name__)

POLL_SECONDS = 1.0


class Describer:
    """Background task, one per process. It finds the sessions to describe in the database."""

    def __init__(
        self, tenancy: Tenancy, assistant: Assistant, runner: GenerationRunnerPort
    ) -> None:
        self._tenancy = tenancy
        self._assistant = assistant
        self._runner = runner

    async def run(self) -> None:
        while True:
            for session_id, account_id in await self._claim():
                await self._try_describe(session_id, account_id)
            await asyncio.sleep(POLL_SECONDS)

    async def _try_describe(self, session_id: UUID, account_id: UUID) -> None:
        """Log errors: one session that fails must not stop the others."""
        try:
            await self._describe(session_id, account_id)
        except NotFound:
            logger.info("Session %s was deleted before it was described", session_id)
        except AssistantError as error:
            logger.warning("Session %s keeps its first words as title: %s", session_id, error)
        except Exception as error:
            reraise_if_cancelled(error)
            logger.exception("Session %s could not be described", session_id)

    @retry_while_database_down
    async def _claim(self) -> Collection[tuple[UUID, UUID]]:
        """Mark sessions before they are described, so that none is paid for twice. A crash right
        after leaves them without a title."""
        async with self._tenancy.system.transaction() as db:
            return await store.claim_undescribed_sessions(db)

    async def _describe(self, session_id: UUID, account_id: UUID) -> None:
        """Raises NotFound, AssistantError."""
        principal, case = await self._load(session_id, account_id)
        description = await self._assistant.describe_session(case)
        await self._store(principal, session_id, description)

    @retry_while_database_down
    async def _load(self, session_id: UUID, account_id: UUID) -> tuple[Principal, SessionSnapshot]:
        async with self._tenancy.for_account(account_id).read_transaction() as db:
            owner_id = await db.fetch_value(store.SESSION_OWNER, id=session_id)
            if owner_id is None:
                raise NotFound("session")
            return Principal(owner_id, account_id), await request_loader.load_session_snapshot(
                db, session_id
            )

    @retry_while_database_down
    async def _store(
        self, principal: Principal, session_id: UUID, description: SessionDescription
    ) -> None:
        async with begin_unit_of_work(self._tenancy, principal, self._runner) as work:
            await store_description(work, session_id, description)


async def store_description(
    work: UnitOfWork, session_id: UUID, description: SessionDescription
) -> None:
    """Set the fields that are still empty."""
    session = await access.lock_session(work, session_id)
    await usage_ledger.record_background_usage(
        work.transaction, work.principal, "description", description.usage
    )
    session.problem_summary = session.problem_summary or description.summary
    session.problem_domain = session.problem_domain or (description.domain or "")[:100] or None
    if session.title is None and session.session_type is SessionType.CHAT:
        session.title = description.title[:TITLE_CHARS]
        work.record_event(session, SessionEventKind.RENAMED, by_assistant=True, title=session.title)
    else:
        work.bump_version(session)
    work.change_for(session).index(session.title, session.problem_summary)
