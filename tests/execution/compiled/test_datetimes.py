"""orjson formats datetimes as the library does."""

from datetime import UTC

import orjson
from hypothesis import given
from hypothesis import strategies as st


@given(st.datetimes(timezones=st.just(UTC)))
def test_a_datetime_in_utc_has_the_format_of_the_library(moment):
    assert orjson.loads(orjson.dumps(moment)) == moment.isoformat()
