"""Statements whose results nobody needs, nor each other: sent as one, which is one way to the
database and back instead of one for each."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache, partial
from typing import Any, NamedTuple

from storage.statements import Statement
from storage.transactions import Transaction

PARAMETER = re.compile(r"\$(\d+)")


class PendingWrite(NamedTuple):
    """A statement, and what it is given."""

    statement: Statement
    values: dict[str, Any]


class BatchStatement(Statement):
    """All but the last must change something: Postgres passes over what is only read and not
    asked for. No two may change the same row: they do not see what the others do."""

    def __init__(self, *parts: Statement) -> None:
        self._parts = parts
        *first, last = renumber_parameters(part.sql for part in parts)
        before = ", ".join(f"part_{nth} AS ({sql})" for nth, sql in enumerate(first))
        self.sql = f"WITH {before} {last}" if before else last

    def arguments(self, given: dict[str, Any]) -> list[Any]:
        pairs = zip(self._parts, given["each"], strict=True)
        return [value for part, each in pairs for value in part.arguments(each)]


def renumber_parameters(parts: Iterable[str]) -> Iterator[str]:
    """With places for their values that go on behind those of the ones before."""
    taken = 0
    for sql in parts:
        yield PARAMETER.sub(partial(shift_parameter, taken), sql)
        taken += max(map(int, PARAMETER.findall(sql)), default=0)


def shift_parameter(by: int, place: re.Match[str]) -> str:
    return f"${int(place[1]) + by}"


#: Few: what is written depends on what has happened, and not on to whom.
batch_statement = lru_cache(maxsize=100)(BatchStatement)


async def execute_batch(transaction: Transaction, writes: Sequence[PendingWrite]) -> None:
    if writes:
        sent = batch_statement(*(write.statement for write in writes))
        await transaction.execute(sent, each=[write.values for write in writes])
