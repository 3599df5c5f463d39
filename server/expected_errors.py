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
from storage.database_location import InvalidDatabaseUrl
from storage.engine import ConnectionSettingsIgnored, DatabaseRoleDenied
from storage.migrations import MigrationImpossible, SchemaOutdated, SchemaTooNew
from storage.outages import is_outage
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
    EmbeddedPostgresUnavailable,
    InvalidDatabaseUrl,
    InvalidFlowFile,
    InvalidManifest,
    MigrationImpossible,
    SchemaOutdated,
    SchemaTooNew,
)


@contextmanager
def exit_on_expected_error() -> Generator[None]:
    """Turn expected errors and database outages into a message and exit status 1."""
    try:
        yield
    except EXPECTED_ERRORS as error:
        exit_with_error(str(error))
    except Exception as error:
        if not is_outage(error):
            raise
        exit_with_error(f"The database cannot be reached: {error}")


def exit_with_error(message: str) -> NoReturn:
    """Print the message on standard error and exit with status 1."""
    typer.secho(message, err=True, fg="red")
    raise typer.Exit(1)
