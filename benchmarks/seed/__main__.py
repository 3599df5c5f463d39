"""`python -m benchmarks.seed --sessions 100000`: fills a database with sample sessions.

The database is that of `DATABASE_URL`, `SESSIONS_DATA_DIR` or `--data-dir`. Seeding needs a
superuser, because it disables foreign keys and triggers. The first account is the local account,
which `make serve` shows.
"""

import asyncio
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from benchmarks.seed.seeding import (
    BYTES_PER_SESSION,
    DatabaseNotEmptyError,
    SeedPlan,
    seed_database,
    show_progress,
)
from server import bootstrap
from server.database import open_database
from server.settings import Settings
from storage.database_location import DatabaseLocation

LOCAL_HOSTS = (None, "", "localhost", "127.0.0.1", "::1")


def seed_command(
    sessions: Annotated[int, typer.Option(min=1, help="Number of sessions, half of each type.")],
    accounts: Annotated[int, typer.Option(min=1, help="Number of accounts.")] = 200,
    seed_: Annotated[int, typer.Option("--seed", help="Seed of the random values.")] = 1,
    days: Annotated[int, typer.Option(min=2, help="Number of days the sessions span.")] = 730,
    until: Annotated[
        datetime | None, typer.Option(help="Time of the newest session; default: now.")
    ] = None,
    conversations: Annotated[float, typer.Option(help="Scales their length; 0: shortest.")] = 1.0,
    jobs: Annotated[int, typer.Option(min=1, help="Number of parallel batches.")] = 2,
    data_dir: Annotated[Path | None, typer.Option(help="Folder of the embedded database.")] = None,
    into_full: Annotated[bool, typer.Option(help="Allow a database that has sessions.")] = False,
    elsewhere: Annotated[bool, typer.Option(help="Allow a remote database.")] = False,
) -> None:
    """Fill a database with sessions of both types, as years of use would leave them."""
    settings = Settings(
        **({} if data_dir is None else {"data_dir": data_dir, "database_url": None})
    )
    time_options = {} if until is None else {"until": until.astimezone(UTC)}
    plan = SeedPlan(sessions, accounts, seed_, days, conversations, **time_options)
    with open_database(settings) as location:
        refuse_remote_host(location, elsewhere)
        if location.is_embedded:
            refuse_small_disk(settings.data_dir, sessions)
        asyncio.run(bootstrap.prepare_database(location))
        try:
            with show_progress() as progress:
                seeding = seed_database(
                    owner_dsn(location),
                    plan,
                    jobs=jobs,
                    allow_nonempty=into_full,
                    progress=progress,
                )
                asyncio.run(seeding)
        except DatabaseNotEmptyError as error:
            raise report_refusal(f"{error} --into-full adds more.") from None


def owner_dsn(location: DatabaseLocation) -> str:
    url = location.owner_url.set(drivername="postgresql")
    return url.render_as_string(hide_password=False)


def refuse_remote_host(location: DatabaseLocation, is_allowed: bool) -> None:
    host = location.owner_url.host or location.owner_url.query.get("host")
    is_socket = isinstance(host, str) and host.startswith("/")
    if host not in LOCAL_HOSTS and not is_socket and not is_allowed:
        raise report_refusal(f"The database is on {host}. --elsewhere allows a remote database.")


def refuse_small_disk(folder: Path, sessions: int) -> None:
    # Twice the size of the data, because the write-ahead log temporarily needs as much.
    needed, free = 2 * sessions * BYTES_PER_SESSION, shutil.disk_usage(folder).free
    if free < needed:
        raise report_refusal(
            f"{folder} has {free / 1e9:.0f} GB free; seeding needs up to {needed / 1e9:.0f} GB."
        )


def report_refusal(reason: str) -> typer.Exit:
    typer.secho(reason, err=True, fg="red")
    return typer.Exit(1)


if __name__ == "__main__":
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.command()(seed_command)
    app()
