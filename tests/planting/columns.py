"""Plants secrets in every text column of the database, whatever the server would write there."""

import json
from typing import TypeAlias

import asyncpg

from tests.planting.numbered_secrets import SECRET, PlantedSecrets

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

COLUMNS = """
SELECT table_name, column_name, data_type IN ('json', 'jsonb') AS is_json
FROM information_schema.columns
JOIN information_schema.tables USING (table_schema, table_name)
WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND is_generated = 'NEVER'
    AND data_type IN ('text', 'character varying', 'character', 'json', 'jsonb', 'ARRAY')
ORDER BY table_name, ordinal_position
"""
#: Columns of texts that a server cannot run with, with the reason.
NOT_PLANTED = {
    "users.external_id": "compared with the claims of each token, which have a secret",
    "accounts.external_id": "compared with the claims of each token, which have a secret",
    "server_secrets.name": "the server finds its secrets by these names",
}
#: A row that the server does not write.
FORMER_CHAT = """
INSERT INTO assistant_chats (id, account_id, user_id, title, messages)
SELECT gen_random_uuid(), account_id, id, 'a title', '[{"content": "a text"}]'::jsonb
FROM users LIMIT 1
"""
#: The database itself refuses the secret: the column is too short, or lists its values.
REFUSALS = (asyncpg.StringDataRightTruncationError, asyncpg.CheckViolationError)


async def plant_in_columns(owner: Connection, secrets: PlantedSecrets) -> set[str]:
    """Plant a secret in each row of each text column; return the columns that have one."""
    await owner.execute(FORMER_CHAT)
    planted = set()
    for table, column, is_json in await owner.fetch(COLUMNS):
        place = f"{table}.{column}"
        if place in NOT_PLANTED:
            continue
        plant = plant_in_json if is_json else plant_in_texts
        try:
            async with owner.transaction():
                await plant(owner, table, column, secrets)
        except REFUSALS:
            continue
        if await owner.fetchval(f"SELECT EXISTS (SELECT FROM {table})"):
            planted.add(place)
    return planted


async def plant_in_texts(
    owner: Connection, table: str, column: str, secrets: PlantedSecrets
) -> None:
    """In rows without one. Values stay different from each other."""
    await owner.execute(
        f"UPDATE {table} SET \"{column}\" = $1 || ' in ' || substr(md5(ctid::text), 1, 6)"
        f' WHERE "{column}" IS NULL OR "{column}"::text !~* $2',
        secrets.text_for(f"{table}.{column}"),
        SECRET.pattern.replace(r"\d", "[0-9]"),
    )


async def plant_in_json(
    owner: Connection, table: str, column: str, secrets: PlantedSecrets
) -> None:
    for row_id, value in await owner.fetch(f'SELECT ctid, "{column}"::text FROM {table}'):
        value = secrets.in_json(json.loads(value or '{"text": "a text"}'), f"{table}.{column}")
        await owner.execute(
            f'UPDATE {table} SET "{column}" = $1 WHERE ctid = $2', json.dumps(value), row_id
        )


async def all_rows(owner: Connection) -> dict[str, str]:
    """All rows as JSON, by column. What the database derives is a column as well."""
    tables = "SELECT table_name, column_name FROM information_schema.columns"
    return {
        f"{table}.{column}": await owner.fetchval(
            f"SELECT coalesce(json_agg(\"{column}\")::text, '') FROM {table}"
        )
        for table, column in await owner.fetch(f"{tables} WHERE table_schema = 'public'")
    }
