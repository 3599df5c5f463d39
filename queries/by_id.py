"""Loads rows by their ids: one statement for all ids, limited to the caller's account."""

from collections.abc import Callable, Coroutine, Sequence
from operator import attrgetter
from typing import Any, NamedTuple, Protocol, TypeVar
from uuid import UUID

from sqlalchemy import Select, Text, Uuid, any_, literal_column, select
from sqlalchemy.dialects.postgresql import ARRAY

from models import Account, Flow, FlowStats, User
from queries.desk_time import desk_time_zone
from queries.session_list import SessionValues, load_sessions_by_id
from services.flows.store import FLOW_COLUMNS, VISIBLE_FLOWS
from storage.reader import Reader
from storage.statements import ACCOUNT_ID, Query, model_columns, param

Row = TypeVar("Row")
Key = TypeVar("Key")
Value = TypeVar("Value")

#: Loads values by key with one statement; a key that the account does not have is left out.
Loader = Callable[[Reader, Sequence[Key]], Coroutine[Any, Any, dict[Key, Value]]]


def select_by_keys(model: type[Row], key: str, *names: str, kind: Any = Uuid) -> Select[Any]:
    """Columns of the account's rows whose column `key` is in the parameter `keys`."""
    owned: Any = model
    keys = param("keys", ARRAY(kind))
    return select(*model_columns(model, *names)).where(
        getattr(model, key) == any_(keys), owned.account_id == ACCOUNT_ID
    )


def query_by_id(model: type[Row], *names: str, kind: Any = Uuid) -> Query[Row]:
    """The id and these columns of a model. Parameters: keys, account_id."""
    return Query(select_by_keys(model, "id", "id", *names, kind=kind), model)


def create_row_loader(query: Query[Row], key: str = "id") -> Loader[Any, Row]:
    """Loads one row for each key: the last one whose column `key` has it."""
    key_of = attrgetter(key)

    async def load(db: Reader, keys: Sequence[Any]) -> dict[Any, Row]:
        rows = await db.fetch_rows(query, keys=keys, account_id=db.account_id)
        return {key_of(row): row for row in rows}

    return load


def create_list_loader(query: Query[Row], key: str) -> Loader[Any, list[Row]]:
    """Loads all rows of each key, in the order of the statement."""
    key_of = attrgetter(key)

    async def load(db: Reader, keys: Sequence[Any]) -> dict[Any, list[Row]]:
        found: dict[Any, list[Row]] = {each: [] for each in keys}
        for row in await db.fetch_rows(query, keys=keys, account_id=db.account_id):
            found[key_of(row)].append(row)
        return found

    return load


def create_range_loader(query: Query[Row], range_type: Any) -> Loader[Any, list[Row]]:
    """Loads the rows of each range, in the order of the statement.

    `range_type` is a named tuple: its fields are columns of the rows, and parameters of the
    statement, which takes a list for each.
    """
    names = range_type._fields
    range_of = attrgetter(*names)

    async def load(db: Reader, ranges: Sequence[Any]) -> dict[Any, list[Row]]:
        found: dict[Any, list[Row]] = {each: [] for each in ranges}
        columns = {name: [getattr(each, name) for each in found] for name in names}
        for row in await db.fetch_rows(query, **columns, account_id=db.account_id):
            found[range_of(row)].append(row)
        return found

    return load


class SessionKey(NamedTuple):
    """A session and the columns to load."""

    id: UUID
    columns: frozenset[str]


async def load_sessions(db: Reader, keys: Sequence[SessionKey]) -> dict[SessionKey, SessionValues]:
    """Sessions with at least the columns of their keys: all have the union of the columns."""
    columns = frozenset[str]().union(*(key.columns for key in keys))
    found = await load_sessions_by_id(db, [key.id for key in keys], columns)
    # Each key gets a copy, because its reader may change it.
    return {key: dict(found[key.id]) for key in keys if key.id in found}


USER_COLUMNS = ("id", "account_id", "name", "email", "role")
USERS = query_by_id(User, *USER_COLUMNS[1:])


class DeskAccount(Protocol):
    """An account with the time zone that its days begin in."""

    id: UUID
    name: str
    desk_time_zone: str


#: Parameters: keys, account_id.
ACCOUNTS: Query[DeskAccount] = Query(
    select(
        *model_columns(Account, "id", "name"),
        literal_column(desk_time_zone("accounts.time_zone"), Text()).label("desk_time_zone"),
    ).where(Account.id == any_(param("keys", ARRAY(Uuid))), Account.id == ACCOUNT_ID)
)
FLOWS = Query(
    VISIBLE_FLOWS.where(Flow.id == any_(param("keys", ARRAY(Uuid)))).with_only_columns(
        *model_columns(Flow, *FLOW_COLUMNS)
    ),
    Flow,
)
#: The use of flows in the caller's account; an unused flow has no row.
FLOW_STATS = Query(
    select_by_keys(FlowStats, "flow_id", "flow_id", "usage_count", "success_rate"), FlowStats
)

load_users: Loader[UUID, User] = create_row_loader(USERS)
load_accounts: Loader[UUID, DeskAccount] = create_row_loader(ACCOUNTS)
load_flows: Loader[UUID, Flow] = create_row_loader(FLOWS)
load_flow_stats: Loader[UUID, FlowStats] = create_row_loader(FLOW_STATS, "flow_id")
