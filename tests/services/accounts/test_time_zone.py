"""Days of a desk begin at midnight in its time zone, whatever the clocks do."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from models import Role
from server import runtime
from services.accounts.time_zone import known_time_zones
from services.limits import TIME_ZONE_CHARS
from tests import factories
from tests.api_client import Api
from tests.operations import chat, move
from tests.superuser import as_owner

UPDATE = """
mutation U($zone: String) {
  updateAccount(input: {timeZone: $zone}) {
    __typename
    ... on UpdateAccountSuccess { account { timeZone } }
    ... on Error { code message }
  }
}
"""
TODAY = "{ dashboard { resolvedToday todayStartedAt timeZone } viewer { account { timeZone } } }"
DAY_START = text("SELECT day_start(:day, :zone)")
HOURS = {
    ("Europe/Berlin", date(2026, 3, 29)): 23,
    ("Europe/Berlin", date(2026, 10, 25)): 25,
    ("Europe/Berlin", date(2026, 7, 1)): 24,
    ("Pacific/Kiritimati", date(2026, 3, 29)): 24,
    ("Pacific/Pago_Pago", date(2026, 3, 29)): 24,
    ("Asia/Kathmandu", date(2026, 3, 29)): 24,
    # Half an hour.
    ("Australia/Lord_Howe", date(2026, 4, 5)): 24.5,
    # The clocks change at midnight: this day begins at one, ...
    ("America/Santiago", date(2026, 9, 6)): 23,
    # ... and this one has two midnights.
    ("America/Havana", date(2026, 11, 1)): 25,
    ("UTC", date(2026, 10, 25)): 24,
}


@pytest.fixture
async def admin(running):
    return await factories.user(running, "Ada", role=Role.ADMIN)


@pytest.mark.parametrize(("zone", "day"), HOURS, ids=lambda each: str(each))
async def test_a_day_has_its_hours_and_every_moment_of_it(running, zone, day):
    async with as_owner(running) as db:

        async def start(of: date) -> datetime:
            found = await db.scalar(DAY_START, {"day": of, "zone": zone})
            return found.astimezone(UTC)

        begin, end = await start(day), await start(day + timedelta(days=1))
    assert end - begin == timedelta(hours=HOURS[zone, day])
    moment = begin
    while moment < end:
        assert moment.astimezone(ZoneInfo(zone)).date() == day, moment
        moment += timedelta(minutes=15)
    before = begin - timedelta(minutes=1)
    assert before.astimezone(ZoneInfo(zone)).date() == day - timedelta(days=1)


async def test_today_is_that_of_the_account(running, api, admin):
    """Kiritimati is 25 hours ahead of Pago Pago: never the same date."""
    desk = api.by(admin)
    session = await chat(desk)
    await move(desk, "resolve", session["id"], documents=[])
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago", "Europe/Berlin"):
        updated = (await desk.data(UPDATE, zone=zone))["updateAccount"]
        assert updated == {"__typename": "UpdateAccountSuccess", "account": {"timeZone": zone}}
        found = await desk.data(TODAY)
        assert found["viewer"]["account"]["timeZone"] == found["dashboard"]["timeZone"] == zone
        started = datetime.fromisoformat(found["dashboard"]["todayStartedAt"])
        local = started.astimezone(ZoneInfo(zone))
        assert local.date() == datetime.now(ZoneInfo(zone)).date()
        for seconds, counted in ((-1, 0), (0, 1)):
            async with as_owner(running) as db:
                await db.execute(
                    text("UPDATE ai_sessions SET resolved_at = :at WHERE account_id = :account"),
                    {"at": started + timedelta(seconds=seconds), "account": admin.account_id},
                )
            assert (await desk.data(TODAY))["dashboard"]["resolvedToday"] == counted, zone


async def test_an_account_without_a_time_zone_has_that_of_the_installation(api, admin):
    desk = api.by(admin)
    assert (await desk.data(TODAY))["dashboard"]["timeZone"] == "UTC"
    await desk.data(UPDATE, zone="Asia/Tokyo")
    assert (await desk.data(TODAY))["dashboard"]["timeZone"] == "Asia/Tokyo"
    updated = (await desk.data(UPDATE, zone=None))["updateAccount"]
    assert updated["account"] == {"timeZone": "UTC"}


async def test_the_installation_has_the_time_zone_of_its_setting(place, assistant, admin):
    limits = runtime.DatabaseLimits(time_zone="Asia/Tokyo")
    async with runtime.run_runtime(place, assistant, limits=limits) as japanese:
        desk = Api(japanese, admin)
        assert (await desk.data(TODAY))["dashboard"]["timeZone"] == "Asia/Tokyo"
        await desk.data(UPDATE, zone="Europe/Berlin")
        assert (await desk.data(TODAY))["viewer"]["account"]["timeZone"] == "Europe/Berlin"


@pytest.mark.parametrize(
    "zone", ["", "Berlin", "europe/berlin", "UTC+2", "../UTC", "Europe/Berlin\x00", "x" * 65]
)
async def test_an_unknown_time_zone_is_refused(api, admin, zone):
    refused = (await api.by(admin).data(UPDATE, zone=zone))["updateAccount"]
    assert refused["__typename"] == "InvalidInput"
    assert refused["code"] == "INVALID_INPUT"
    assert (await api.by(admin).data(TODAY))["dashboard"]["timeZone"] == "UTC"


async def test_only_administrators_change_it(api, running, ana):
    lead = await factories.user(running, "Lea", account_id=ana.account_id, role=Role.LEAD)
    refused = (await api.by(lead).data(UPDATE, zone="Europe/Berlin"))["updateAccount"]
    assert refused["code"] == "FORBIDDEN"
    assert "ADMIN" in refused["message"]
    assert (await api.data(TODAY))["dashboard"]["timeZone"] == "UTC"


async def test_every_time_zone_fits_and_postgres_knows_nearly_all(running):
    assert max(map(len, known_time_zones())) <= TIME_ZONE_CHARS
    async with as_owner(running) as db:
        known = set(await db.scalars(text("SELECT name FROM pg_timezone_names")))
    assert len(known_time_zones() - known) < 10
