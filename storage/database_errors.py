"""Errors of the database for operators: what PostgreSQL refused, and what to do about it."""

from asyncpg import PostgresError
from sqlalchemy.exc import DBAPIError

from storage.database_problems import find_problem
from storage.outages import find_sqlstate, is_outage

#: What to do, by SQLSTATE.
ADVICE = {
    "42501": "The database user lacks a right: run as the owner of the tables, named in "
    "SESSIONS_OWNER_DATABASE_URL, or grant it.",
    "58P01": "PostgreSQL lacks a file: install its contrib modules (postgresql-contrib).",
    "0A000": "This version or setup of PostgreSQL cannot do that: version 15 or newer is needed.",
    "3F000": "The schema `public` is missing: CREATE SCHEMA public;",
    "42P01": "A table is missing: restore the database, or migrate an empty one.",
    "42P07": "The database has tables of something else: use one of its own.",
    "42883": "A function is missing: this version of PostgreSQL is too old, or the database is "
    "not the one of this server.",
}


def explain_database_error(error: BaseException) -> str | None:
    """A sentence for the operator; None for an error of another kind."""
    said = describe_reason(error)
    if (problem := find_problem(error)) is not None:
        return f"The database {problem.what} ({said}). {problem.advice}"
    if (advice := ADVICE.get(find_sqlstate(error))) is not None:
        return f"The database refused: {said}. {advice}"
    if is_outage(error):
        return f"The database cannot be reached: {said}"
    return None


def describe_reason(error: BaseException) -> str:
    """The first line of what PostgreSQL said, without statement and row."""
    original = error.orig if isinstance(error, DBAPIError) and error.orig else error
    driver = original.__cause__ if isinstance(original.__cause__, PostgresError) else original
    return str(driver).split("\n")[0] or type(driver).__name__
