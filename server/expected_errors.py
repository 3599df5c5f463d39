"""Errors that an operator can fix: they end the program with a message instead of a traceback."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import NoReturn

import typer

from server.assistant_factory import AssistantNotConfigured
from server.auth.config import AuthenticationMisconfigured
from server.embedded_postgres.errors import EmbeddedPostgresUnavailable
from server.graphql.persisted_queries import InvalidManifest
from services.accounts.api_keys import AccountNotFound, AmbiguousAccountName, ApiKeyNotFound
from services.flows.library import InvalidFlowFile
from storage.connections.connection_errors import DatabaseUnreachable
from storage.connections.database_url import InvalidDatabaseUrl
from storage.connections.pooling import PoolerSharesConnections
from storage.database_errors import explain_database_error
from storage.engine import ConnectionSettingsIgnored, DatabaseRoleDenied
from storage.migration_rights import ExtensionsUnavailable, MigrationRightsMissing
from storage.migrations import MigrationImpossible, SchemaOutdated, SchemaTooNew
from storage.role_privileges import DatabaseRoleTooPrivileged

EXPECTED_ERRORS = (
    AccountNotFound,
    AmbiguousAccountName,
    ApiKeyNotFound,
    AssistantNotConfigured,
    AuthenticationMisconfigured,
    ConnectionSettingsIgnored,
    DatabaseRoleDenied,
    DatabaseRoleTooPrivileged,
    DatabaseUnreachable,
    EmbeddedPostgresUnavailable,
    ExtensionsUnavailable,
    InvalidDatabaseUrl,
    InvalidFlowFile,
    InvalidManifest,
    MigrationImpossible,
    MigrationRightsMissing,
    PoolerSharesConnections,
    SchemaOutdated,
    SchemaTooNew,
)


@contextmanager
def exit_on_expected_error() -> Generator[None]:
    """Turn expected errors and errors of the database into a message and exit status 1."""
    try:
        yield
    except Exception as error:
        if (message := describe_expected_error(error)) is None:
            raise
        exit_with_error(message)


def describe_expected_error(error: Exception) -> str | None:
    """The message for the operator; None for a bug."""
    return str(error) if isinstance(error, EXPECTED_ERRORS) else explain_database_error(error)


def exit_with_error(message: str) -> NoReturn:
    """Print the message on standard error and exit with status 1."""
    typer.secho(message, err=True, fg="red")
    raise typer.Exit(1)
