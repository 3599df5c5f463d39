from datetime import UTC, datetime

from services.errors import InvalidInput


def utc_now() -> datetime:
    return datetime.now(UTC)


def validate_timestamp(timestamp: datetime | None, what: str) -> None:
    """Raises InvalidInput for a timestamp without time zone, or outside the years 1 to 9999 UTC."""
    if timestamp is not None and timestamp.tzinfo is None:
        raise InvalidInput(f"{what} needs a time zone, as in 2026-01-31T08:00:00Z.")
    try:
        if timestamp is not None:
            timestamp.astimezone(UTC)
    except (OverflowError, ValueError):
        raise InvalidInput(f"{what} must be between the years 1 and 9999.") from None
