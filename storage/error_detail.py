"""Removes row contents from database errors, so that they never reach the log.

Postgres quotes the rejected row in the DETAIL field of an error; it may contain text of users.
"""

from typing import Any

import asyncpg

DETAIL_MARKER = "\nDETAIL:"


def strip_row_detail(error: BaseException) -> None:
    """Remove the DETAIL field from an asyncpg error, or its text from an error that wraps one.

    Changes the error in place.
    """
    error.args = tuple(without_detail(arg) for arg in error.args)
    if isinstance(error, asyncpg.PostgresError):
        error.detail = None


def without_detail(arg: Any) -> Any:
    return arg.partition(DETAIL_MARKER)[0] if isinstance(arg, str) else arg
