"""What Prometheus is told."""

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.server.websocket_client import socket_to
from tests.server_process import serving


@pytest.fixture(scope="module")
def watched(database_url):
    with serving(DATABASE_URL=database_url, SESSIONS_METRICS="1") as server:
        yield server


def told(server) -> dict[tuple[str, ...], float]:
    with server.client as client:
        answer = client.get("/metrics")
    assert answer.status_code == 200
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_how_a_process_is_doing(watched):
    found = told(watched)
    assert found["sessions_answers_running",] == 0
    assert found["process_resident_memory_bytes",] > 1_000_000
    assert found["sessions_connections",] == 0
    with socket_to(watched):
        assert told(watched)["sessions_connections",] == 1


def test_operations_that_are_left_to_the_library_are_counted_by_the_reason(watched):
    name = "sessions_operations_left_to_library_total"
    before = told(watched).get((name, "introspection"), 0)
    watched.data("{ __schema { queryType { name } } }")
    watched.data("{ viewer { id } }")
    found = told(watched)
    assert found[name, "introspection"] == before + 1
    assert found["sessions_plan_bytes",] > 0


def test_nobody_is_told_unless_the_operator_wants_it(served):
    with served.client as client:
        assert client.get("/metrics").status_code == 404
