"""Checks that the database roles of the server are subject to row-level security."""

from uuid import UUID

from sqlalchemy import text

from storage.transactions import DatabaseRole, Tenancy

BYPASSES_ROW_LEVEL_SECURITY = text(
    "SELECT rolsuper OR rolbypassrls OR EXISTS ("
    "  SELECT FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
    "    AND pg_has_role(relowner, 'USAGE'))"
    " FROM pg_roles WHERE rolname = current_user"
)


class DatabaseRoleTooPrivileged(Exception):
    """A role of the server could read rows of every account."""

    def __init__(self, role: DatabaseRole) -> None:
        super().__init__(
            f"The database role {role} is a superuser, owns tables, or bypasses row-level "
            "security, so one account could read the rows of another. Revoke these privileges."
        )


async def check_role_privileges(tenancy: Tenancy) -> None:
    """Raises DatabaseRoleTooPrivileged if a role of the server bypasses row-level security."""
    for database in (tenancy.system, tenancy.for_account(UUID(int=0))):
        async with database.orm_read_transaction() as db:
            if await db.scalar(BYPASSES_ROW_LEVEL_SECURITY):
                raise DatabaseRoleTooPrivileged(database.role)
