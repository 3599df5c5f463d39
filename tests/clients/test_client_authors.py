"""The page for authors of clients: its documents are valid, its code runs, its codes are those of
the code."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from graphql import FieldNode, Visitor, build_schema, parse, validate, visit

from models import ErrorCode
from resolvers.schema import schema
from tests.clients.conftest import CLIENT
from tests.fakes.stepped_answers import answering
from tests.operations import CREATE
from tests.server_process import PATIENCE, PROJECT, run, serving

PAGE = (PROJECT / "docs" / "client-authors.md").read_text()
SCHEMA = build_schema(schema.as_str())
API = "http://127.0.0.1:8000/graphql"
#: Where codes of rejected requests are written.
FOLDERS = (
    "execution",
    "resolvers",
    *(f"server/{each}" for each in ("graphql", "http", "auth", "uvicorn")),
)
CODE = re.compile(r'"((?:[A-Z]+_)+[A-Z]+|UNAUTHENTICATED|INTERNAL|FORBIDDEN)"')


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


class Aliases(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def enter_field(self, node: FieldNode, *_: object) -> None:
        if node.alias is not None:
            self.found.append(node.alias.value)


def test_its_documents_are_valid_without_aliases():
    for text in blocks("graphql"):
        document = parse(text)
        assert validate(SCHEMA, document) == []
        aliases = Aliases()
        visit(document, aliases)
        assert aliases.found == []


def listed_codes() -> set[str]:
    rows = re.findall(r"^\| (`[A-Z].*?) \|", PAGE, re.MULTILINE)
    return {code for row in rows for code in re.findall(r"`([A-Z_]+)`", row)}


def written_codes() -> set[str]:
    files = [file for folder in FOLDERS for file in (PROJECT / folder).rglob("*.py")]
    files.append(PROJECT / "storage" / "database_problems.py")
    return {code for file in files for code in CODE.findall(file.read_text())}


def test_its_codes_are_those_that_the_server_sends():
    assert listed_codes() == written_codes() | {code.name for code in ErrorCode}


@pytest.fixture(scope="module")
def paced(database_url):
    """A server whose answers take a while, so that they can be cut."""
    with (
        answering(delay=0.05) as provider,
        serving(DATABASE_URL=database_url, **provider.settings) as server,
    ):
        yield server


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What the commands of the page write, and its packages."""
    for command, file in re.findall(r"^sessions (\S+) > (\S+)$", blocks("sh")[0], re.MULTILINE):
        (tmp_path / file).write_text(run(command).stdout)
    return tmp_path


@pytest.mark.slow
def test_its_javascript_reads_each_answer_once_over_a_cut_connection(paced, node, folder):
    (folder / "node_modules").symlink_to(CLIENT / "node_modules")
    exported = "export { apollo, urql, socket, events, follow, describeEvent };\n"
    page = folder / "page.mjs"
    page.write_text("\n".join(blocks("js")) + exported)
    documents = {"answer": "subscription Answer", "history": "query History"}
    files = [folder / f"{name}.graphql" for name in documents]
    for file, beginning in zip(files, documents.values(), strict=True):
        [text] = [block for block in blocks("graphql") if beginning in block]
        file.write_text(text)

    told = node("client_authors.mjs", paced.url, str(page), *map(str, files), cwd=folder)
    for read in told["bySocket"], told["byEvents"]:
        assert read["cuts"] == 1
        assert read["read"] == read["stored"]
        assert read["read"]
    assert told["apollo"] == told["urql"]
    assert len(told["apollo"]) >= 2
    assert told["kinds"] == ["Handed over", "a new kind"]


def test_its_python_prints_an_answer(paced, tmp_path):
    chat = {"sessionType": "CHAT", "intake": {"text": "Outlook shows no new mail"}}
    generation = paced.data(CREATE, input=chat)["createSession"]["generation"]
    script = tmp_path / "page.py"
    call = f"asyncio.run(print_answer({generation['id']!r}, {generation['cursor']!r}))"
    page = "\n".join(blocks("python")).replace(API, paced.url)
    script.write_text(f"import asyncio\n{page}\nprint({call})\n")
    done = subprocess.run(
        [sys.executable, script], capture_output=True, text=True, timeout=PATIENCE, check=True
    )
    assert "Outlook shows no new mail" in done.stdout
