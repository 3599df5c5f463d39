"""What the migrations need is known before they begin."""

from sqlalchemy import text

from storage.migration_rights import EXTENSIONS, ROLES
from tests.superuser import as_owner

CREATED_EXTENSIONS = text("SELECT extname FROM pg_extension WHERE extname <> 'plpgsql'")
CREATED_ROLES = text(
    "SELECT rolname FROM pg_roles"
    " WHERE rolname LIKE 'sessions\\_%' AND rolname <> 'sessions_server'"
)


async def test_the_extensions_and_roles_that_migrations_create_are_checked_before(running):
    async with as_owner(running) as db:
        assert set(await db.scalars(CREATED_EXTENSIONS)) == set(EXTENSIONS)
        assert set(await db.scalars(CREATED_ROLES)) == set(ROLES)
