"""The registry of long-lived connections, which end with their login."""

import asyncio
import logging
from dataclasses import dataclass, field
from datetime import UTC, datetime

from services.accounts.access_snapshot import read_access_snapshot
from services.accounts.login import AuthenticatedLogin
from storage.outages import is_outage
from storage.transactions import TenantDatabase

logger = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class OpenConnection:
    """A WebSocket or a stream. `ConnectionExpiryMiddleware` closes it at its deadline."""

    deadline: asyncio.Timeout
    login: AuthenticatedLogin | None = None

    def close(self) -> None:
        """Move the deadline to now."""
        if not self.deadline.expired():
            self.deadline.reschedule(asyncio.get_running_loop().time())


@dataclass(frozen=True, slots=True)
class OpenConnections:
    """The open connections of this process."""

    _open: set[OpenConnection] = field(default_factory=set)

    def __len__(self) -> int:
        return len(self._open)

    def register(self, connection: OpenConnection, login: AuthenticatedLogin) -> None:
        """Set the deadline of the connection to the expiry of the login."""
        connection.login = login
        self._open.add(connection)
        if login.expires_at is not None:
            left = (login.expires_at - datetime.now(UTC)).total_seconds()
            connection.deadline.reschedule(asyncio.get_running_loop().time() + left)

    def unregister(self, connection: OpenConnection) -> None:
        self._open.discard(connection)

    async def close_revoked(self, database: TenantDatabase) -> None:
        """Close connections whose key is revoked, whose user is deactivated, or whose role is
        lower now."""
        logins = {each: each.login for each in self._open if each.login is not None}
        if not logins:
            return
        access = await read_access_snapshot(database, set(logins.values()))
        for connection, login in logins.items():
            # It may have closed during the query.
            if connection in self._open and not access.allows(login):
                logger.info("Closing a connection: its key or its user has lost access")
                connection.close()


async def run_recheck_loop(
    connections: OpenConnections, database: TenantDatabase, interval: float
) -> None:
    """Check the access of all open connections every `interval` seconds."""
    while True:
        await asyncio.sleep(interval)
        try:
            await connections.close_revoked(database)
        except Exception as error:
            if not is_outage(error):
                raise
            logger.info("The access of open connections cannot be checked: %s", error)
