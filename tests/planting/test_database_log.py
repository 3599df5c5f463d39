"""The log of the embedded database has no contents of rows."""

import asyncpg
import pytest

from tests.planting.numbered_secrets import PlantedSecrets

INSERT = "INSERT INTO accounts (id, name, external_id) VALUES (gen_random_uuid(), 'Acme', $1)"


async def test_a_refused_row_is_not_in_the_log_of_the_database(postgres, database_url):
    secrets = PlantedSecrets()
    text = secrets.text_for("accounts.external_id")
    owner = await asyncpg.connect(database_url)
    try:
        await owner.execute(INSERT, text)
        with pytest.raises(asyncpg.UniqueViolationError, match="Wing"):
            await owner.execute(INSERT, text)
    finally:
        await owner.close()
    log = postgres.log.read_text()
    assert "accounts_external_id" in log
    assert secrets.left_in(log) == set()
