from datetime import UTC, datetime

from services.errors import InvalidInput


def now() -> datetime:
    return datetime.now(UTC)


def refuse_uncounted(moment: datetime | None, what: str) -> None:
    """Raises InvalidInput for a moment that lies, in UTC, outside the years 1 to 9999."""
    try:
        if moment is not None:
            moment.astimezone(UTC)
    except (OverflowError, ValueError):
        raise InvalidInput(f"{what} is too far from now.") from None
