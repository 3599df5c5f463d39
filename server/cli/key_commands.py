"""`sessions keys`: the API keys of machines."""

import re
from datetime import timedelta
from typing import Annotated, Literal

import typer

app = typer.Typer(no_args_is_help=True, help="Make, list and revoke API keys.")

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def period(text: str) -> timedelta:
    found = re.fullmatch(r"([1-9]\d{0,3})([smhdw])", text)
    if found is None:
        raise typer.BadParameter("write a number and s, m, h, d or w, such as 12h or 30d")
    return timedelta(**{UNITS[found[2]]: int(found[1])})


Name = Annotated[str, typer.Option(help="Who uses it; sessions show this as the name of a user.")]
RoleName = Annotated[
    Literal["viewer", "engineer", "lead", "admin"], typer.Option(help="What it may do.")
]
Expiry = Annotated[
    timedelta | None,
    typer.Option(parser=period, metavar="PERIOD", help="When it ends by itself, such as 30d."),
]
AccountName = Annotated[
    str | None, typer.Option(help="The account it works in; by default SESSIONS_ACCOUNT_NAME.")
]


@app.command()
def create(
    name: Name,
    role: RoleName = "engineer",
    expires_in: Expiry = None,
    account: AccountName = None,
) -> None:
    """Make a key and print it. It is shown this once."""
    from server.cli import key_management

    typer.echo(key_management.create(name.strip(), role, expires_in, account))
    typer.secho("Keep it: it is not shown again.", err=True)


@app.command(name="list")
def list_keys() -> None:
    """Print every key's prefix and name, its account and role, its last use and its end."""
    from server.cli import key_management

    for line in key_management.listed():
        typer.echo(line)


@app.command()
def revoke(
    prefix: Annotated[str, typer.Argument(help="The key's prefix, as `list` prints it.")],
) -> None:
    """End a key for good. Connections that it has open are closed within a minute."""
    from server.cli import key_management

    typer.echo(f"{key_management.revoke(prefix)} is revoked.")
