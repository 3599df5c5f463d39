"""The limit of file descriptors: raised as far as possible, and told if it is still too low."""

import subprocess

import psutil
import pytest

from server import server_limits
from server.settings import Settings
from tests import server_process
from tests.server_process import environment, serving

VIEWER = "{ viewer { name } }"


@pytest.fixture
def limited(tmp_path, monkeypatch):
    """The console script with another limit of file descriptors: `soft` of `hard`."""

    def limit(soft: int, hard: int):
        command = tmp_path / "sessions"
        command.write_text(
            f"#!/bin/sh\nulimit -Sn {soft}\nulimit -Hn {hard}\n"
            f'exec "{server_process.SESSIONS}" "$@"\n'
        )
        command.chmod(0o755)
        monkeypatch.setattr(server_process, "SESSIONS", command)
        return command

    return limit


def test_the_soft_limit_is_raised(limited, database_url):
    limited(256, 12_000)
    with serving("--workers", "1", DATABASE_URL=database_url) as server:
        process = psutil.Process(server.process.pid)
        assert process.rlimit(psutil.RLIMIT_NOFILE) == (12_000, 12_000)
        assert server.data(VIEWER)
        assert not any("file descriptors" in line for line in server.log)


def test_a_low_limit_is_told_and_bounds_the_connections(limited, database_url):
    limited(128, 256)
    with serving("--workers", "1", DATABASE_URL=database_url, SESSIONS_METRICS="1") as server:
        assert server.has_logged("The limit of 256 file descriptors allows 182 connections")
        with server.client as client:
            assert "sessions_tcp_connections_max 182.0" in client.get("/metrics").text
        assert server.data(VIEWER)


@pytest.mark.parametrize(("hard", "said"), [(256, "note"), (12_000, "ok")])
def test_the_doctor_says_whether_it_is_low(limited, database_url, hard, said):
    ran = subprocess.run(
        [limited(128, hard), "doctor"],
        env=environment(DATABASE_URL=database_url, COLUMNS="200"),
        capture_output=True,
        text=True,
        timeout=server_process.PATIENCE,
    )
    [line] = [line for line in ran.stdout.splitlines() if "file descriptors" in line]
    assert said in line.split()


def test_no_address_has_more_than_half(monkeypatch):
    monkeypatch.setattr(server_limits, "descriptor_limit", lambda: 1024)
    limits = server_limits.connection_limits(Settings(_env_file=None))
    assert limits.total == 1024 - 102 - 10
    assert limits.per_address == limits.total // 2
    monkeypatch.setattr(server_limits, "descriptor_limit", lambda: 1_000_000)
    limits = server_limits.connection_limits(Settings(_env_file=None))
    assert (limits.total, limits.per_address) == (10_000, 1_000)
