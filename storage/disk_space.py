"""Whether PostgreSQL has room for more data: asked by writing some."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

#: About a megabyte, which no free room in existing files can take. It is rolled back.
WRITE_PROBE = text(
    "CREATE TEMP TABLE disk_space_probe ON COMMIT DROP AS"
    " SELECT repeat(md5(random()::text), 60) AS filler FROM generate_series(1, 500)"
)
MAY_PROBE = text("SELECT has_database_privilege(current_database(), 'TEMP')")


async def check_disk_space(engine: AsyncEngine) -> None:
    """Raises the error of the database if its disk is full, or if it is read-only."""
    async with engine.connect() as connection:
        if await connection.scalar(MAY_PROBE):
            await connection.execute(WRITE_PROBE)
        await connection.rollback()
