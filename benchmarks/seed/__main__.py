"""`python -m benchmarks.seed --sessions 100000`: a database full of history, to try things on.

It goes into the database that `DATABASE_URL` or `SESSIONS_DATA_DIR` name, or into `--data-dir`. It
takes a superuser, for foreign keys and triggers are off meanwhile. The first account is the local
one: `make serve` shows it.
"""

import asyncio
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from benchmarks.seed.seeding import BYTES_A_SESSION, NotEmpty, Plan, seed, show_progress
from server import bootstrap
from server.database import open_database
from server.settings import Settings
from storage.database_location import DatabaseLocation

LOCAL = (None, "", "localhost", "127.0.0.1", "::1")


def main(
    sessions: Annotated[int, typer.Option(min=1, help="How many, half of them of each kind.")],
    accounts: Annotated[int, typer.Option(min=1, help="Among how many they are spread.")] = 200,
    seed_: Annotated[int, typer.Option("--seed", help="The same makes the same rows.")] = 1,
    days: Annotated[int, typer.Option(min=2, help="Over how many days.")] = 730,
    until: Annotated[datetime | None, typer.Option(help="The last of them; now.")] = None,
    conversations: Annotated[float, typer.Option(help="Scales their length; 0: shortest.")] = 1.0,
    jobs: Annotated[int, typer.Option(min=1, help="Batches at the same time.")] = 2,
    data_dir: Annotated[Path | None, typer.Option(help="Of the embedded database.")] = None,
    into_full: Annotated[bool, typer.Option(help="Also where sessions are already.")] = False,
    elsewhere: Annotated[bool, typer.Option(help="Also on another machine.")] = False,
) -> None:
    """Fill a database with sessions of both kinds, as years of work would have left them."""
    settings = Settings(
        **({} if data_dir is None else {"data_dir": data_dir, "database_url": None})
    )
    more = {} if until is None else {"until": until.astimezone(UTC)}
    plan = Plan(sessions, accounts, seed_, days, conversations, **more)
    with open_database(settings) as place:
        refuse_elsewhere(place, elsewhere)
        if place.is_embedded:
            refuse_small_disk(settings.data_dir, sessions)
        asyncio.run(bootstrap.prepare_database(place))
        try:
            with show_progress() as progress:
                filling = seed(
                    dsn_of(place), plan, jobs=jobs, into_full=into_full, progress=progress
                )
                asyncio.run(filling)
        except NotEmpty as error:
            raise refused(f"{error} With --into-full more come.") from None


def dsn_of(place: DatabaseLocation) -> str:
    url = place.owner_url.set(drivername="postgresql")
    return url.render_as_string(hide_password=False)


def refuse_elsewhere(place: DatabaseLocation, is_allowed: bool) -> None:
    host = place.owner_url.host or place.owner_url.query.get("host")
    is_socket = isinstance(host, str) and host.startswith("/")
    if host not in LOCAL and not is_socket and not is_allowed:
        raise refused(f"The database is on {host}. With --elsewhere it is filled all the same.")


def refuse_small_disk(folder: Path, sessions: int) -> None:
    # Twice: the log of what is written is as much again for a while.
    needed, free = 2 * sessions * BYTES_A_SESSION, shutil.disk_usage(folder).free
    if free < needed:
        raise refused(f"{folder} has {free / 1e9:.0f} GB free; this may take {needed / 1e9:.0f}.")


def refused(why: str) -> typer.Exit:
    typer.secho(why, err=True, fg="red")
    return typer.Exit(1)


if __name__ == "__main__":
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.command()(main)
    app()
