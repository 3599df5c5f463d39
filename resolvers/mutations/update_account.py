from typing import Annotated

import strawberry

from resolvers.permissions import admin_mutation
from schema.context import Info
from schema.descriptions import Input
from schema.errors import Forbidden, InvalidInput, result_union
from schema.loaders import require_row
from schema.people import Account
from services.accounts import time_zone
from services.limits import TIME_ZONE_CHARS


@strawberry.input(description="Settings of the caller's account.")
class UpdateAccountInput:
    time_zone: str | None = strawberry.field(
        description="Name in the IANA time zone database, such as Europe/Berlin, at most "
        f"{TIME_ZONE_CHARS} characters; null for the time zone of the installation."
    )


@strawberry.type(description="The settings were stored.")
class UpdateAccountSuccess:
    account: Account = strawberry.field(description="The account after the change.")


UpdateAccountResult = Annotated[
    UpdateAccountSuccess | Forbidden | InvalidInput, result_union("UpdateAccountResult")
]


@admin_mutation(description="Changes the settings of the caller's account.")
async def update_account(info: Info, input: Input[UpdateAccountInput]) -> UpdateAccountResult:
    async with info.context.unit_of_work() as work:
        await time_zone.set_time_zone(work, input.time_zone)
    row = await info.context.loaders.account.load(info.context.principal.account_id)
    return UpdateAccountSuccess(account=Account.from_row(require_row(row, "The account")))
