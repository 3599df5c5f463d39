"""Checks before a migration whether the database user may do all of it.

A migration would stop at the first right that is missing. An administrator wants the whole list.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

#: The roles that row-level security distinguishes: see migration 0005.
ROLES = ("sessions_app", "sessions_keeper", "sessions_finder")
#: Trusted extensions: who may create objects in the database may create them.
EXTENSIONS = ("btree_gin", "pg_trgm")

USER = text(
    """
    SELECT current_user AS name, quote_ident(current_user) AS quoted, rolsuper OR rolcreaterole
        AS creates_roles, rolsuper AS is_superuser,
        current_setting('server_version_num')::int AS version,
        quote_ident(current_database()) AS database,
        has_database_privilege(current_database(), 'CREATE') AS may_create,
        coalesce(has_schema_privilege('public', 'CREATE WITH GRANT OPTION'), false)
            AS may_grant_schema,
        (SELECT pg_get_userbyid(nspowner) = 'pg_database_owner' FROM pg_namespace
            WHERE nspname = 'public') AS owner_has_schema
    FROM pg_roles WHERE rolname = current_user
    """
)
#: Parameter: roles.
MEMBERSHIP = text(
    """
    SELECT name, r.oid IS NOT NULL AS does_exist,
        coalesce(pg_has_role(current_user, r.oid,
            CASE WHEN current_setting('server_version_num')::int >= 160000
                THEN 'SET' ELSE 'MEMBER' END), false) AS is_member,
        coalesce(pg_has_role(current_user, r.oid, 'MEMBER WITH ADMIN OPTION'), false) AS may_grant
    FROM unnest(CAST(:roles AS text[])) WITH ORDINALITY AS asked(name, number)
    LEFT JOIN pg_roles r ON r.rolname = name ORDER BY number
    """
)
#: Extensions that are not created yet. Parameter: names.
MISSING_EXTENSIONS = text(
    """
    SELECT name, EXISTS (SELECT FROM pg_available_extensions a WHERE a.name = n.name)
        AS is_available
    FROM unnest(CAST(:names AS text[])) AS n(name)
    WHERE NOT EXISTS (SELECT FROM pg_extension WHERE extname = n.name)
    """
)


class MigrationRightsMissing(Exception):
    """The database user may not do what the migrations need; the message has the statements."""

    def __init__(self, user: str, database: str, statements: list[str]) -> None:
        super().__init__(
            f"The database user {user} may not migrate the database {database}. An administrator "
            "of PostgreSQL runs in this database:\n  " + "\n  ".join(statements)
        )


class ExtensionsUnavailable(Exception):
    """PostgreSQL was installed without extensions that the migrations create."""

    def __init__(self, names: list[str]) -> None:
        super().__init__(
            f"PostgreSQL lacks the extension{'s' * (len(names) > 1)} {', '.join(names)}. Install "
            "its contrib modules, on Debian with the package postgresql-contrib."
        )


@dataclass(frozen=True, slots=True)
class MissingRights:
    """What a user lacks, and the statements that grant it."""

    user: Any
    memberships: list[Any]

    def statements(self) -> Iterator[str]:
        if not self.user.is_superuser:
            yield from self._role_statements()
            yield from self._schema_statements()

    def _role_statements(self) -> Iterator[str]:
        absent = [each.name for each in self.memberships if not each.does_exist]
        if absent and not self.user.creates_roles:
            yield from (f"CREATE ROLE {name} NOLOGIN;" for name in absent)
        else:
            # Whoever creates a role may also grant it.
            absent = []
        denied = [
            each.name
            for each in self.memberships
            if each.does_exist and not each.is_member and not self._may_grant(each)
        ]
        if absent or denied:
            names = [each.name for each in self.memberships if each.name in (*absent, *denied)]
            yield f"GRANT {', '.join(names)} TO {self.user.quoted};"

    def _may_grant(self, membership: Any) -> bool:
        """Until PostgreSQL 15, who may create roles may grant each of them."""
        is_old = self.user.version < 160_000
        return bool(membership.may_grant or (is_old and self.user.creates_roles))

    def _schema_statements(self) -> Iterator[str]:
        lacks_schema = not self.user.may_grant_schema
        if self.user.owner_has_schema and (lacks_schema or not self.user.may_create):
            yield f"ALTER DATABASE {self.user.database} OWNER TO {self.user.quoted};"
            return
        if not self.user.may_create:
            yield f"GRANT CREATE ON DATABASE {self.user.database} TO {self.user.quoted};"
        if lacks_schema:
            yield f"GRANT ALL ON SCHEMA public TO {self.user.quoted} WITH GRANT OPTION;"


def require_migration_rights(connection: Connection) -> None:
    """Raises MigrationRightsMissing, ExtensionsUnavailable."""
    user = connection.execute(USER).one()
    memberships = list(connection.execute(MEMBERSHIP, {"roles": list(ROLES)}))
    if statements := list(MissingRights(user, memberships).statements()):
        raise MigrationRightsMissing(user.name, user.database, statements)
    missing = connection.execute(MISSING_EXTENSIONS, {"names": list(EXTENSIONS)})
    if unavailable := [each.name for each in missing if not each.is_available]:
        raise ExtensionsUnavailable(unavailable)
