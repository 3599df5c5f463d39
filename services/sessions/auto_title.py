"""Names what a session is about, once, after its first exchange; never over a person's words."""

import asyncio
import logging
from uuid import UUID

from sqlalchemy import Uuid, any_, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY

import models
from models import GenerationStatus, SessionEventKind, SessionType
from services import unit_of_work
from services.ai.port import Assistant, AssistantError, SessionDescription
from services.ai.session_snapshot import SessionSnapshot
from services.errors import NotFound
from services.generations import case_loader
from services.limits import TITLE_CHARS
from services.principal import Principal
from services.quotas import usage_ledger
from services.sessions import access, events, search_index
from services.unit_of_work import GenerationRunnerPort, UnitOfWork
from storage.outages import reraise_if_cancelled, retry_while_database_down
from storage.statements import Statement, param
from storage.tenancy import Tenancy

logger = logging.getLogger(__name__)

LOOK_EVERY = 1.0
AT_ONCE = 10

FIRST_EXCHANGE_IS_OVER = ~(
    select(models.Generation.id)
    .where(
        models.Generation.session_id == models.AISession.id,
        models.Generation.status == GenerationStatus.RUNNING,
        models.Generation.kind.in_(models.TURN_KINDS),
    )
    .exists()
)
TO_DESCRIBE = (
    select(models.AISession.id, models.AISession.account_id)
    .where(
        models.AISession.described_at.is_(None),
        models.AISession.step_count > 0,
        FIRST_EXCHANGE_IS_OVER,
    )
    .order_by(models.AISession.created_at)
    .limit(AT_ONCE)
)
CLAIM = Statement(TO_DESCRIBE.with_for_update(skip_locked=True))
MARK = Statement(
    update(models.AISession)
    .where(models.AISession.id == any_(param("ids", ARRAY(Uuid))))
    .values(described_at=func.now())
)
OWNER = Statement(
    select(models.AISession.user_id).where(models.AISession.id == param("id", Uuid()))
)


class Describer:
    """One per process. What there is to do stands in the database."""

    def __init__(
        self, tenancy: Tenancy, assistant: Assistant, writer: GenerationRunnerPort
    ) -> None:
        self._tenancy = tenancy
        self._assistant = assistant
        self._writer = writer

    async def run(self) -> None:
        while True:
            for session_id, account_id in await self._claim():
                await self._tried(session_id, account_id)
            await asyncio.sleep(LOOK_EVERY)

    async def _tried(self, session_id: UUID, account_id: UUID) -> None:
        """What is wrong with one session costs no other its title."""
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
    async def _claim(self) -> list[tuple[UUID, UUID]]:
        """Take sessions to describe. Marked first, so that none is paid for twice: a crash in
        the seconds after costs it the title."""
        async with self._tenancy.system.transaction() as db:
            found = [(id, account_id) for id, account_id in await db.execute(CLAIM)]
            if found:
                await db.execute(MARK, ids=[id for id, _ in found])
        return found

    async def _describe(self, session_id: UUID, account_id: UUID) -> None:
        """Raises NotFound, AssistantError."""
        principal, case = await self._load(session_id, account_id)
        description = await self._assistant.describe_session(case)
        await self._note(principal, session_id, description)

    @retry_while_database_down
    async def _load(self, session_id: UUID, account_id: UUID) -> tuple[Principal, SessionSnapshot]:
        async with self._tenancy.for_account(account_id).read_transaction() as db:
            owner = await db.fetch_value(OWNER, id=session_id)
            if owner is None:
                raise NotFound("session")
            return Principal(owner, account_id), await case_loader.load_case(db, session_id)

    @retry_while_database_down
    async def _note(
        self, principal: Principal, session_id: UUID, found: SessionDescription
    ) -> None:
        async with unit_of_work.begin_unit_of_work(self._tenancy, principal, self._writer) as unit:
            await store_description(unit, session_id, found)


async def store_description(
    work: UnitOfWork, session_id: UUID, description: SessionDescription
) -> None:
    """Fill in what nobody has filled in yet."""
    session = await access.lock_session(work, session_id)
    await usage_ledger.record_background_usage(
        work.transaction, work.principal, "description", description.usage
    )
    session.problem_summary = session.problem_summary or description.summary
    session.problem_domain = session.problem_domain or (description.domain or "")[:100] or None
    if session.title is None and session.session_type is SessionType.CHAT:
        session.title = description.title[:TITLE_CHARS]
        events.record_event(
            work, session, SessionEventKind.RENAMED, by_assistant=True, title=session.title
        )
    else:
        events.bump_version(work, session)
    search_index.index_text(work, session, session.title, session.problem_summary)
