"""Random keys that all processes of one database share, and that outlive each of them."""

import secrets

from sqlalchemy.types import LargeBinary, String

from storage.statements import Statement
from storage.transactions import TenantDatabase

KEY_BYTES = 32
#: An existing key stays: processes that start together agree on the first one.
CREATE_SECRET = Statement(
    "INSERT INTO server_secrets (name, value) VALUES (:name, :value) ON CONFLICT (name) DO NOTHING",
    name=String(),
    value=LargeBinary(),
)
SELECT_SECRET = Statement("SELECT value FROM server_secrets WHERE name = :name", name=String())


async def get_or_create_secret(database: TenantDatabase, name: str) -> bytes:
    """The 32 random bytes stored under this name. `database` is the one of the system."""
    async with database.transaction() as db:
        found: bytes | None = await db.fetch_value(SELECT_SECRET, name=name)
        if found is None:
            await db.execute(CREATE_SECRET, name=name, value=secrets.token_bytes(KEY_BYTES))
            found = await db.fetch_value(SELECT_SECRET, name=name)
    assert found is not None
    return found
