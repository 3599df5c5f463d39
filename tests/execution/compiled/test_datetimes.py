"""Times that are written out with the answer look as if they had been before."""

from datetime import UTC

import orjson
from hypothesis import given
from hypothesis import strategies as st


@given(st.datetimes(timezones=st.just(UTC)))
def test_a_time_of_the_database_is_written_as_the_library_writes_it(moment):
    assert orjson.loads(orjson.dumps(moment)) == moment.isoformat()
