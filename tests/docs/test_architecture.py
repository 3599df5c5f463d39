"""The maps of the code name files that exist, and a newcomer's first guess lands."""

import re
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
PAGES = ("README.md", "CONTRIBUTING.md", "docs/architecture.md", "docs/glossary.md")
PAGES_WITH_LINKS = (
    *PAGES,
    *("docs/client-authors.md", "docs/quick-start.md", "CHANGELOG.md", "SECURITY.md"),
)
FOLDERS = (
    "models|storage|services|queries|realtime|execution|schema|resolvers|server"
    "|alembic|flows|tests|docs|console"
)
#: What a newcomer looks for, and a word that the file must define there: its code, not its name.
GUESSES = {
    "the rate limit": ("server/http/rate_limit.py", r"class RateLimiter"),
    "what may be done in which status": ("services/sessions/lifecycle.py", r"TRANSITIONS.* = {"),
    "who may do what with a session (`allowedActions`)": (
        "services/sessions/actions.py",
        r"def list_allowed_actions",
    ),
    "the SQL of the session list": ("queries/session_list.py", r"select\("),
    "what happens upon SIGTERM": ("server/shutdown.py", r"signal"),
    "persisted queries": ("server/graphql/persisted_queries.py", r"class PersistedQueries"),
    "code generation": ("execution/compiled/codegen.py", r"def emit_"),
}


def table() -> dict[str, str]:
    chapter = (PROJECT / "docs/architecture.md").read_text().split("## Where is ...")[1]
    return dict(re.findall(r"^\| ([^|]+) \| `([^`]+)`", chapter.split("\n## ")[0], re.MULTILINE))


@pytest.mark.parametrize("guess", GUESSES)
def test_a_guess_of_a_newcomer_lands_in_one_try(guess):
    path, code = GUESSES[guess]
    assert table()[guess] == path
    assert re.search(code, (PROJECT / path).read_text())


@pytest.mark.parametrize("page", PAGES)
def test_every_file_that_is_named_exists(page):
    named = re.findall(rf"`((?:{FOLDERS})/[\w./{{}},*-]*)`", (PROJECT / page).read_text())
    assert named
    missing = [name for name in named if not exists(name)]
    assert missing == []


def exists(name: str) -> bool:
    if "{" in name:
        before, names, after = re.split(r"[{}]", name)
        return all(exists(f"{before}{each}{after}") for each in names.split(","))
    return bool(list(PROJECT.glob(name.rstrip("/")))) or "NNNN" in name


@pytest.mark.parametrize("page", PAGES_WITH_LINKS)
def test_every_link_to_a_file_leads_somewhere(page):
    folder = (PROJECT / page).parent
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", (PROJECT / page).read_text())
    assert [link for link in links if not (folder / link).exists()] == []
