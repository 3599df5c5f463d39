import strawberry

from resolvers.permissions import READS
from schema import people
from schema.context import Info
from schema.people import User


@strawberry.field(extensions=[READS], description="Who is calling.")
async def viewer(info: Info) -> User:
    return await people.user(info, info.context.principal.user_id)
