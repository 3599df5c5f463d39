"""The examples for operators in docs/security.md work as they are."""

import re
import subprocess
import sysconfig
from pathlib import Path

import pytest
import yaml

from server.embedded_postgres import os_account
from tests.operations import CREATE
from tests.server.test_metrics import told
from tests.server_process import serving

PAGE = (Path(__file__).parents[2] / "docs" / "security.md").read_text()
#: Of the PostgreSQL that the tests use.
PROGRAMS = Path(sysconfig.get_path("purelib")) / os_account.PROGRAMS
METRIC = re.compile(r"\bsessions_\w+")
CHAT = {"sessionType": "CHAT", "intake": {"text": "Outlook shows no new mail"}}
SESSION = "query ($id: ID!) { session(id: $id) { id title owner { name } } }"
PATIENCE = 120


def examples(language: str, words: str) -> list[str]:
    blocks = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    return [block for block in blocks if words in block]


def test_alerts_are_about_metrics_that_the_server_has(database_url):
    [scraped] = examples("yaml", "scrape_configs")
    [rules] = examples("yaml", "groups:")
    assert yaml.safe_load(scraped)["rule_files"] == ["sessions.rules.yml"]
    alerts = yaml.safe_load(rules)["groups"][0]["rules"]
    expressions = [alert["expr"] for alert in alerts]
    with serving(DATABASE_URL=database_url, SESSIONS_METRICS="1") as server:
        known = {name for name, *_ in told(server)}
    used = {name for expression in expressions for name in METRIC.findall(expression)}
    assert len(used) >= 4
    assert used <= known


@pytest.mark.slow
def test_a_backup_can_be_restored(database_url, tmp_path):
    [script] = examples("sh", "pg_dump")
    target = re.sub(r"/([\w-]+)(\?|$)", r"/restored_backup\2", database_url, count=1)
    with serving(DATABASE_URL=database_url) as server:
        created = server.data(CREATE, input=CHAT)["createSession"]["session"]["id"]
        before = server.data(SESSION, id=created)
        run_sql(database_url, "CREATE DATABASE restored_backup")
        try:
            done = subprocess.run(
                ["bash", "-euo", "pipefail", "-c", script],
                cwd=tmp_path,
                env={"PATH": f"{PROGRAMS}:/usr/bin:/bin", "SOURCE": database_url, "TARGET": target},
                capture_output=True,
                text=True,
                timeout=PATIENCE,
            )
            assert done.returncode == 0, done.stderr
            with serving(DATABASE_URL=target) as restored:
                assert restored.data(SESSION, id=created) == before
        finally:
            run_sql(database_url, "DROP DATABASE IF EXISTS restored_backup WITH (FORCE)")


def run_sql(url: str, statement: str) -> None:
    subprocess.run(
        [PROGRAMS / "psql", "--quiet", "--command", statement, url], check=True, timeout=PATIENCE
    )
