import strawberry

from resolvers.permissions import VIEWER_UP
from schema import people
from schema.context import Info
from schema.people import User


@strawberry.field(
    name="viewer", extensions=[VIEWER_UP], description="The user who sends the request."
)
async def load_viewer(info: Info) -> User:
    return await people.load_user(info, info.context.principal.user_id)
