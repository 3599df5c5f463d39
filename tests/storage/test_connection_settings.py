"""What a connection of a role has in force, as Postgres says it."""

import pytest

from storage.engine import (
    ROLE_SETTINGS,
    ConnectionSettingsIgnored,
    check_connection_settings,
    connect,
    connect_as_role,
)
from storage.transactions import DatabaseRole


@pytest.mark.parametrize("role", DatabaseRole)
async def test_connection_of_a_role_has_its_settings(place, role):
    connection = await connect_as_role(place.url, role)
    assert await connection.fetchval("SELECT current_user") == role.value
    await connection.close()


@pytest.mark.parametrize("role", DatabaseRole)
async def test_connection_that_lost_its_role_on_the_way_is_refused(place, role):
    """As a pooler opens it that ignores startup parameters."""
    expected = {"role": role.value} | ROLE_SETTINGS[role]
    for lost in set(expected) - {"default_transaction_isolation"}:  # that is the default anyway
        received = {name: value for name, value in expected.items() if name != lost}
        connection = await connect(place.url, received)
        with pytest.raises(ConnectionSettingsIgnored, match=lost):
            await check_connection_settings(connection, expected)
        await connection.close()
