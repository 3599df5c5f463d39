"""What is counted when the database goes away in between."""

import math
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from server.http.rate_limit import LocalTokenBucket, RateLimiter
from services.errors import RateLimited
from services.principal import Principal
from services.quotas.quotas import Quota, Quotas

CALLER = Principal(user_id=uuid4(), account_id=uuid4())


class Short(RateLimiter):
    """Who comes often finds that there are not several left, and then `then`."""

    def __init__(self, then: Exception) -> None:
        super().__init__(None, Quotas(user=Quota(requests_per_minute=600)))
        self._then = then
        self._buckets[CALLER.user_id] = LocalTokenBucket(left=0, size=4, until=math.inf)
        self.asked_for = []

    async def _take(self, principal, count):
        self.asked_for.append(count)
        raise self._then if count == 1 else used_up()


def used_up() -> RateLimited:
    return RateLimited("Your limit is 600 requests per minute.", datetime.now(UTC))


async def test_nobody_is_counted_when_the_database_goes_away_between_two_tries():
    throttle = Short(then=ConnectionResetError())
    await throttle.check(CALLER)
    assert throttle.asked_for == [8, 1]


@pytest.mark.parametrize("why", [used_up(), ValueError()])
async def test_any_other_trouble_is_told(why):
    throttle = Short(then=why)
    with pytest.raises(type(why)):
        await throttle.check(CALLER)
    assert throttle.asked_for == [8, 1]
