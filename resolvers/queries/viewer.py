from resolvers.permissions import viewer_query
from schema import people
from schema.context import Info
from schema.people import User


@viewer_query(name="viewer", description="The user who sends the request.")
async def load_viewer(info: Info) -> User:
    return await people.load_user(info, info.context.principal.user_id)
