from datetime import UTC, datetime

from services.errors import InvalidInput


def utc_now() -> datetime:
    return datetime.now(UTC)


def validate_timestamp(moment: datetime | None, what: str) -> None:
    """Raises InvalidInput for a moment that lies, in UTC, outside the years 1 to 9999, and for one
    of no time zone, which is another one everywhere."""
    if moment is not None and moment.tzinfo is None:
        raise InvalidInput(f"{what} needs a time zone, as in 2026-01-31T08:00:00Z.")
    try:
        if moment is not None:
            moment.astimezone(UTC)
    except (OverflowError, ValueError):
        raise InvalidInput(f"{what} is too far from now.") from None
