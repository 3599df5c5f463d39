"""`sessions keys`: the API keys of machines.

The commands import `key_management` when they run: it loads the whole server, and `sessions --help`
needs none of it.
"""

import re
from datetime import timedelta
from typing import Annotated, Literal

import typer

app = typer.Typer(no_args_is_help=True, help="Create, list and revoke API keys.")

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def parse_duration(text: str) -> timedelta:
    """A number with its unit. Libraries read a number without a unit as seconds, which would end a
    key that was meant to last 30 days after 30 seconds."""
    found = re.fullmatch(r"([1-9]\d{0,3})([smhdw])", text)
    if found is None:
        raise typer.BadParameter("expected a number and s, m, h, d or w, such as 12h or 30d")
    return timedelta(**{UNITS[found[2]]: int(found[1])})


Name = Annotated[str, typer.Option(help="Name of the machine user that sessions show.")]
RoleName = Annotated[
    Literal["viewer", "engineer", "lead", "admin"], typer.Option(help="Role of the key.")
]
Expiry = Annotated[
    timedelta | None,
    typer.Option(parser=parse_duration, metavar="DURATION", help="Lifetime, such as 30d."),
]
AccountName = Annotated[
    str | None, typer.Option(help="Account of the key; SESSIONS_ACCOUNT_NAME by default.")
]


@app.command(name="create")
def create_command(
    name: Name, role: RoleName = "engineer", expires_in: Expiry = None, account: AccountName = None
) -> None:
    """Create a key and print it. It is printed only once."""
    from server.cli import key_management

    typer.echo(key_management.create_api_key(name.strip(), role, expires_in, account))
    typer.secho("Store the key now: it is not printed again.", err=True)


@app.command(name="list")
def list_command() -> None:
    """Print prefix, name, account, role, last use and expiry of every key."""
    from server.cli import key_management

    key_management.print_api_keys()


@app.command(name="revoke")
def revoke_command(
    prefix: Annotated[str, typer.Argument(help="Prefix of the key, as `list` prints it.")],
) -> None:
    """Revoke a key for good. Its open connections are closed within a minute."""
    from server.cli import key_management

    typer.echo(f"{key_management.revoke_api_key(prefix)} is revoked.")
