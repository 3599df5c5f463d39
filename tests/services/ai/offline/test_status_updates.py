"""Status updates for each audience and length."""

import pytest

from models import GenerationKind as Kind
from models import StatusUpdateAudience as Audience
from models import StatusUpdateLength as Length
from tests.services.ai.offline.offline_answers import write_text
from tests.services.ai.sample_snapshots import (
    ESCALATED,
    RESOLVED,
    WALKED,
    chat_snapshot,
)


@pytest.mark.parametrize("snapshot", [WALKED, RESOLVED, ESCALATED, chat_snapshot("it hangs")])
@pytest.mark.parametrize("audience", Audience)
async def test_a_detailed_status_update_is_longer_than_a_quick_one(snapshot, audience):
    quick = await write_text(Kind.STATUS_UPDATE, snapshot, audience=audience, length=Length.QUICK)
    detailed = await write_text(
        Kind.STATUS_UPDATE, snapshot, audience=audience, length=Length.DETAILED
    )
    assert 20 < len(quick) < len(detailed)


async def test_an_email_has_a_subject_and_the_engineers_name():
    email = await write_text(Kind.STATUS_UPDATE, RESOLVED, audience=Audience.EMAIL_DRAFT)
    assert email.startswith("Subject: ")
    assert email.endswith("Ana")


async def test_a_request_for_information_has_numbered_questions():
    asks = await write_text(Kind.STATUS_UPDATE, WALKED, audience=Audience.REQUEST_INFO)
    assert "1. " in asks
    assert asks.count("?") >= 2
