"""The time zone of an account, in which its days begin."""

#: The setting of a connection with the time zone of accounts that have none.
TIME_ZONE_SETTING = "sessions.time_zone"
DEFAULT_TIME_ZONE = "UTC"


def desk_time_zone(own: str) -> str:
    """An SQL expression: the time zone of an account, where `own` is the one it has set."""
    default = f"nullif(current_setting('{TIME_ZONE_SETTING}', true), '')"
    return f"coalesce({own}, {default}, '{DEFAULT_TIME_ZONE}')"
