"""Connections that stay, and whether those who have them open may still."""

import asyncio
import logging
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import Uuid, and_, func, literal, or_, select
from sqlalchemy.dialects.postgresql import ARRAY

import models
from models import Role
from server.auth.login import AuthenticatedLogin
from services.timestamps import utc_now
from storage.outages import is_outage
from storage.tenancy import TenantDatabase

logger = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class OpenConnection:
    """One connection. It is left when its deadline comes, which `end` makes now."""

    deadline: asyncio.Timeout
    login: AuthenticatedLogin | None = None

    def close(self) -> None:
        if not self.deadline.expired():
            self.deadline.reschedule(asyncio.get_running_loop().time())


@dataclass(frozen=True, slots=True)
class OpenConnections:
    """All of a process."""

    _open: set[OpenConnection] = field(default_factory=set)

    def __len__(self) -> int:
        return len(self._open)

    def register(self, visit: OpenConnection, login: AuthenticatedLogin) -> None:
        """From now on the connection ends with the login."""
        visit.login = login
        self._open.add(visit)
        if login.expires_at is not None:
            left = (login.expires_at - utc_now()).total_seconds()
            visit.deadline.reschedule(asyncio.get_running_loop().time() + left)

    def unregister(self, visit: OpenConnection) -> None:
        self._open.discard(visit)

    async def close_revoked(self, database: TenantDatabase) -> None:
        """End those of revoked keys, deactivated users, and roles that have been lowered."""
        logins = {visit: visit.login for visit in self._open if visit.login is not None}
        standing = await AccessSnapshot.of(set(logins.values()), database) if logins else None
        for visit, login in logins.items():
            # It may have ended by itself meanwhile.
            if standing and visit in self._open and not standing.allows(login):
                logger.info("A connection is ended: its key or its user may no longer come in")
                visit.close()


@dataclass(frozen=True, slots=True)
class AccessSnapshot:
    """What the database says of those who are in."""

    roles: dict[UUID, Role]
    keys: set[UUID]

    def allows(self, login: AuthenticatedLogin) -> bool:
        role = self.roles.get(login.principal.user_id)
        if role is None or role.rank < login.principal.role.rank:
            return False
        return login.key_id is None or login.key_id in self.keys

    @classmethod
    async def of(
        cls, logins: set[AuthenticatedLogin], database: TenantDatabase
    ) -> "AccessSnapshot":
        """One statement, however many they are."""
        user, key = models.User, models.ApiKey
        holds = and_(
            key.user_id == user.id,
            key.revoked_at.is_(None),
            or_(key.expires_at.is_(None), key.expires_at > func.now()),
        )
        ids = list({login.principal.user_id for login in logins})
        async with database() as db:
            rows = await db.execute(
                select(user.id, user.role, key.id)
                .outerjoin(key, holds)
                .where(user.id == literal(ids, ARRAY(Uuid)).any_(), user.deactivated_at.is_(None))
            )
            found = rows.all()
        return cls({row[0]: row[1] for row in found}, {row[2] for row in found})


async def run_recheck_loop(visits: OpenConnections, database: TenantDatabase, every: float) -> None:
    while True:
        await asyncio.sleep(every)
        try:
            await visits.close_revoked(database)
        except Exception as error:
            if not is_outage(error):
                raise
            logger.info("It cannot be looked at the moment who may still be in: %s", error)
