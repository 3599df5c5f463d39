"""Loads rows by their ids: one statement for all ids, limited to the caller's account."""

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from sqlalchemy import Select, Uuid, any_, select
from sqlalchemy.dialects.postgresql import ARRAY

from models import Account, Flow, FlowStats, User
from queries.session_list import SessionValues, load_sessions_by_id
from services.flows.store import FLOW_COLUMNS, VISIBLE_FLOWS
from services.principal import Principal
from storage.reader import Reader
from storage.statements import ACCOUNT_ID, Query, model_columns, param

Row = TypeVar("Row")


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


async def load_by_id(
    db: Reader, principal: Principal, query: Query[Any], ids: Sequence[Any]
) -> dict[Any, Any]:
    """Rows by id; an id that the account does not have is left out."""
    rows = await db.fetch_rows(query, keys=ids, account_id=principal.account_id)
    return {row.id: row for row in rows}


class SessionKey(NamedTuple):
    """A session and the columns to load."""

    id: UUID
    columns: frozenset[str]


async def load_sessions(
    db: Reader, principal: Principal, keys: Sequence[SessionKey]
) -> dict[SessionKey, SessionValues]:
    """Sessions with at least the columns of their keys: all have the union of the columns."""
    columns = frozenset[str]().union(*(key.columns for key in keys))
    found = await load_sessions_by_id(db, [key.id for key in keys], columns)
    # Each key gets a copy, because its reader may change it.
    return {key: dict(found[key.id]) for key in keys if key.id in found}


USERS = query_by_id(User, "account_id", "name", "email", "role")


async def load_users(db: Reader, principal: Principal, ids: Sequence[UUID]) -> dict[UUID, User]:
    return await load_by_id(db, principal, USERS, ids)


ACCOUNTS = Query(
    select(*model_columns(Account, "id", "name")).where(
        Account.id == any_(param("keys", ARRAY(Uuid))), Account.id == ACCOUNT_ID
    ),
    Account,
)


async def load_accounts(
    db: Reader, principal: Principal, ids: Sequence[UUID]
) -> dict[UUID, Account]:
    return await load_by_id(db, principal, ACCOUNTS, ids)


FLOWS = Query(
    VISIBLE_FLOWS.where(Flow.id == any_(param("keys", ARRAY(Uuid)))).with_only_columns(
        *model_columns(Flow, *FLOW_COLUMNS)
    ),
    Flow,
)


async def load_flows(db: Reader, principal: Principal, ids: Sequence[UUID]) -> dict[UUID, Flow]:
    return await load_by_id(db, principal, FLOWS, ids)


FLOW_STATS = Query(
    select_by_keys(FlowStats, "flow_id", "flow_id", "usage_count", "success_rate"), FlowStats
)


async def load_flow_stats(
    db: Reader, principal: Principal, flow_ids: Sequence[UUID]
) -> dict[UUID, FlowStats]:
    """The use of flows in the caller's account; an unused flow is left out."""
    rows = await db.fetch_rows(FLOW_STATS, keys=flow_ids, account_id=principal.account_id)
    return {row.flow_id: row for row in rows}
