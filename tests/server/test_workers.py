"""Several processes on one port, and servers that are told to leave."""

import os
import signal
import time
from contextlib import suppress

import psutil
import pytest

from tests.operations import CREATE, GENERATION_EVENTS
from tests.server.graphql.test_sse import events
from tests.server_process import serving

CHAT = {"sessionType": "CHAT", "intake": {"text": "Outlook shows no new mail"}}
GENERATION = "query G($id: ID!) { generation(id: $id) { status text attempt } }"
ENDED = "query E($id: ID!) { generation(id: $id) { status attempt error } }"


def wait_for_completion(server, generation_id) -> None:
    while (found := server.data(ENDED, id=generation_id)["generation"])["status"] == "RUNNING":
        # Workers that are busy with questions would lose their leases.
        time.sleep(0.05)
    assert found["status"] == "COMPLETED", found


def workers(server) -> list[psutil.Process]:
    """Its children that serve; the resource tracker of multiprocessing is another."""
    found = []
    for child in psutil.Process(server.process.pid).children():
        # One that is killed is replaced only a little later.
        with suppress(psutil.NoSuchProcess):
            if "spawn_main" in " ".join(child.cmdline()):
                found.append(child)
    return found


@pytest.mark.slow
def test_several_processes_serve_one_port(database_url):
    with serving("--workers", "3", DATABASE_URL=database_url) as server:
        assert len(workers(server)) == 3
        created = [server.data(CREATE, input=CHAT)["createSession"] for _ in range(6)]
        for each in created:
            wait_for_completion(server, each["generation"]["id"])
        assert server.stop() == 0


def test_a_killed_worker_is_replaced_and_its_answer_gone_on_with(database_url):
    with serving("--workers", "2", DATABASE_URL=database_url) as server:
        created = server.data(CREATE, input=CHAT)["createSession"]
        before = workers(server)
        for worker in before:
            os.kill(worker.pid, signal.SIGKILL)
        psutil.wait_procs(before)
        wait_for_completion(server, created["generation"]["id"])
        assert {w.pid for w in workers(server)}.isdisjoint({w.pid for w in before})


@pytest.mark.slow
def test_workers_do_not_outlive_their_parent(database_url):
    with serving("--workers", "2", DATABASE_URL=database_url) as server:
        children = workers(server)
        server.stop(signal.SIGKILL)
        _, alive = psutil.wait_procs(children, timeout=60)
        assert alive == []


def test_a_server_told_to_stop_lets_the_answer_end(database_url):
    with serving(DATABASE_URL=database_url, SESSIONS_DRAIN_SECONDS="30") as server:
        generation = server.data(CREATE, input=CHAT)["createSession"]["generation"]
        assert server.stop() == 0
    with serving(DATABASE_URL=database_url) as other:
        assert other.data(GENERATION, id=generation["id"])["generation"] | {"text": ""} == {
            "status": "COMPLETED",
            "attempt": 1,
            "text": "",
        }


@pytest.mark.slow
def test_what_it_cannot_end_in_time_another_takes_over_at_once(database_url, provider):
    settings = {"DATABASE_URL": database_url, **provider.settings}
    answer = provider.script(CHAT["intake"]["text"], "The mailbox is full. Archive what is old.")
    # Not `live`, which would take over the answers of the other tests of this module.
    with serving(**settings) as other, serving(**settings, SESSIONS_DRAIN_SECONDS="0") as leaving:
        generation = leaving.data(CREATE, input=CHAT)["createSession"]["generation"]
        asked = {"query": GENERATION_EVENTS, "variables": {"generationId": generation["id"]}}
        with (
            other.client as client,
            client.stream(
                "POST", "/graphql", json=asked, headers={"accept": "text/event-stream"}
            ) as stream,
        ):
            answer.release(2)
            assert leaving.stop() == 0
            answer.finish()
            seen = [data["data"]["generationEvents"] for _, data in events(stream.iter_lines())]
    assert "GenerationResumed" in [event["__typename"] for event in seen]
    assert "".join(e.get("text", "") for e in seen) == seen[-1]["message"]["content"]
