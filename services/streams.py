"""What viewers follow: the answers of a chat, one answer, the events of a session.

No database connection is held while waiting. A viewer is woken by signals and looks by itself
now and then, in case one was lost. Every inner stream is closed with the one that reads it, so a
viewer who leaves leaves nothing behind.
"""

import asyncio
from collections.abc import AsyncGenerator, Generator
from contextlib import aclosing, contextmanager, suppress
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import and_, select, true

import models
from models import TURNS, GenerationStatus
from services import access
from services.dashboard.boards import Boards
from services.errors import CursorInvalid, NotFound, WrongSessionType
from services.faults import until_the_database_is_back
from services.generations.follow import Moment, follow
from services.generations.watch import Watches
from services.principal import Principal
from services.signals import Switchboard, Topic
from services.tenancy import Tenancy

EVENTS_AT_ONCE = 100

#: How long a viewer may be late when a signal was lost. Rarely: each looks with a statement of
#: its own, and when the connection for signals is taken up again all of them are woken.
LOOK_EVERY = 15.0

#: A viewer's place: which generation, and the number reached in it.
Place = tuple[UUID, int]


@dataclass(frozen=True, slots=True)
class NextTurn:
    id: UUID | None = None
    position: int = 0
    is_over: bool = False


@dataclass(slots=True)
class Streams:
    """One per process."""

    tenancy: Tenancy
    watches: Watches
    switchboard: Switchboard
    boards: Boards

    async def generation(
        self, principal: Principal, generation_id: UUID, after: Place | None
    ) -> AsyncGenerator[Moment, None]:
        """One answer of any kind, to its end. Raises NotFound, CursorInvalid."""
        await self._find(principal, generation_id)
        if after is not None and after[0] != generation_id:
            raise CursorInvalid
        number = after[1] if after else None
        async with aclosing(follow(self.watches, generation_id, number)) as moments:
            async for moment in moments:
                yield moment

    async def chat(
        self, principal: Principal, session_id: UUID, after: Place | None
    ) -> AsyncGenerator[Moment, None]:
        """The answers of a chat, turn after turn, until the session is closed.

        Raises NotFound, WrongSessionType, CursorInvalid.
        """
        await self._check_is_chat(principal, session_id)
        position = await self._position_before_the_running_turn(principal, session_id)
        if after is not None:
            generation = await self._find(principal, after[0])
            if generation.session_id != session_id:
                raise CursorInvalid
            async with aclosing(follow(self.watches, generation.id, after[1])) as moments:
                async for moment in moments:
                    yield moment
            position = generation.position
        with self._woken_by(session_id) as changed:
            while True:
                changed.clear()
                turn = await self._next_turn(principal, session_id, position)
                if turn.id is not None:
                    async with aclosing(follow(self.watches, turn.id, None)) as moments:
                        async for moment in moments:
                            yield moment
                    position = turn.position
                elif turn.is_over:
                    return
                else:
                    await wait(changed)

    async def session(
        self, principal: Principal, session_id: UUID, after: int | None
    ) -> AsyncGenerator[models.SessionEvent, None]:
        """What happens to a session from now on, or from an earlier event on. Raises NotFound."""
        last = await self._last_event(principal, session_id) if after is None else after
        with self._woken_by(session_id) as changed:
            while True:
                changed.clear()
                events = await self._events_past(principal, session_id, last)
                if events is None:
                    return
                for event in events:
                    last = event.id
                    yield event
                if not events:
                    await wait(changed)

    async def _find(self, principal: Principal, generation_id: UUID) -> models.Generation:
        async with self.tenancy.of(principal.account_id)() as db:
            generation: models.Generation | None = await db.scalar(
                select(models.Generation).where(
                    models.Generation.id == generation_id,
                    models.Generation.account_id == principal.account_id,
                )
            )
        if generation is None:
            raise NotFound("generation")
        return generation

    async def _check_is_chat(self, principal: Principal, session_id: UUID) -> None:
        async with self.tenancy.of(principal.account_id)() as db:
            session = await db.scalar(
                access.visible_sessions(principal).where(models.AISession.id == session_id)
            )
        if session is None:
            raise NotFound("session")
        if session.session_type is not models.SessionType.CHAT:
            raise WrongSessionType(models.SessionType.CHAT)

    async def _position_before_the_running_turn(
        self, principal: Principal, session_id: UUID
    ) -> int:
        """Where a viewer without a cursor begins: at the answer being written, else behind all."""
        turn = models.Generation
        async with self.tenancy.of(principal.account_id)() as db:
            last = (
                await db.execute(
                    select(turn.position, turn.status)
                    .where(
                        turn.session_id == session_id,
                        turn.kind.in_(TURNS),
                        turn.status != GenerationStatus.QUEUED,
                    )
                    .order_by(turn.position.desc())
                    .limit(1)
                )
            ).first()
        if last is None:
            return 0
        position: int = last.position
        return position - 1 if last.status is GenerationStatus.RUNNING else position

    @until_the_database_is_back
    async def _next_turn(self, principal: Principal, session_id: UUID, position: int) -> NextTurn:
        turn = (
            select(models.Generation.id, models.Generation.position)
            .where(
                models.Generation.session_id == models.AISession.id,
                models.Generation.kind.in_(TURNS),
                models.Generation.status != GenerationStatus.QUEUED,
                models.Generation.position > position,
            )
            .order_by(models.Generation.position)
            .limit(1)
            .lateral()
        )
        async with self.tenancy.of(principal.account_id)() as db:
            row = (
                await db.execute(
                    select(models.AISession.status, turn.c.id, turn.c.position)
                    .outerjoin(turn, true())
                    .where(
                        models.AISession.id == session_id,
                        models.AISession.account_id == principal.account_id,
                    )
                )
            ).first()
        if row is None:
            return NextTurn(is_over=True)
        return NextTurn(row.id, row.position or position, row.status.is_closed)

    async def _last_event(self, principal: Principal, session_id: UUID) -> int:
        event = models.SessionEvent
        async with self.tenancy.of(principal.account_id)() as db:
            session = await db.scalar(
                access.visible_sessions(principal).where(models.AISession.id == session_id)
            )
            if session is None:
                raise NotFound("session")
            last = await db.scalar(
                select(event.id)
                .where(event.session_id == session_id)
                .order_by(event.id.desc())
                .limit(1)
            )
        return last or 0

    @until_the_database_is_back
    async def _events_past(
        self, principal: Principal, session_id: UUID, last: int
    ) -> list[models.SessionEvent] | None:
        """None once the session is gone."""
        event = models.SessionEvent
        async with self.tenancy.of(principal.account_id)() as db:
            rows = await db.execute(
                select(models.AISession.id, event)
                .outerjoin(event, and_(event.session_id == models.AISession.id, event.id > last))
                .where(
                    models.AISession.id == session_id,
                    models.AISession.account_id == principal.account_id,
                )
                .order_by(event.id)
                .limit(EVENTS_AT_ONCE)
            )
            found = rows.all()
        return [row[1] for row in found if row[1] is not None] if found else None

    @contextmanager
    def _woken_by(self, session_id: UUID) -> Generator[asyncio.Event]:
        changed = asyncio.Event()
        with self.switchboard.listening(Topic.SESSION, session_id, changed.set):
            yield changed


async def wait(changed: asyncio.Event) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(LOOK_EVERY):
            await changed.wait()
