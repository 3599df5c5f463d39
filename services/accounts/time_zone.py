"""The time zone in which the days of an account begin."""

from functools import cache
from zoneinfo import available_timezones

from services.accounts.store import SET_TIME_ZONE
from services.errors import InvalidInput
from services.input_validation import check_length
from services.limits import TIME_ZONE_CHARS
from services.unit_of_work import UnitOfWork
from storage.outages import find_sqlstate

#: SQLSTATE of a time zone that PostgreSQL does not know.
INVALID_PARAMETER_VALUE = "22023"

known_time_zones = cache(available_timezones)


def is_time_zone(name: str) -> bool:
    """Whether a name is in the IANA time zone database."""
    return name in known_time_zones()


async def set_time_zone(work: UnitOfWork, name: str | None) -> None:
    """Set the time zone of the caller's account; None for that of the installation.

    Raises InvalidInput for an unknown one.
    """
    if name is not None:
        check_length(name, "The time zone", "timeZone", at_most=TIME_ZONE_CHARS)
        if not is_time_zone(name):
            raise unknown_time_zone(name)
    try:
        await work.transaction.execute(
            SET_TIME_ZONE, time_zone=name, account_id=work.principal.account_id
        )
    except Exception as error:
        # Python and PostgreSQL each have a time zone database of their own.
        if find_sqlstate(error) != INVALID_PARAMETER_VALUE:
            raise
        raise unknown_time_zone(str(name)) from None


def unknown_time_zone(name: str) -> InvalidInput:
    return InvalidInput(
        f"{name!r} is no time zone. Use a name of the IANA time zone database, such as "
        "Europe/Berlin.",
        "timeZone",
    )
