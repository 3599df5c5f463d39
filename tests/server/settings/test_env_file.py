"""A `.env` file as editors and shells of every system write it."""

import pytest
import typer

from server.cli.options import describe_unknown_settings, load_settings
from tests.server_process import run

TEXT = "SESSIONS_PORT=8100\nSESSIONS_USER_NAME=Zoë\n"
READ = {
    "UTF-8": TEXT.encode(),
    "UTF-8 with a mark": TEXT.encode("utf-8-sig"),
    "UTF-16, as PowerShell writes it": TEXT.encode("utf-16"),
    "UTF-16, big end first": b"\xfe\xff" + TEXT.encode("utf-16-be"),
    "lines of Windows": TEXT.replace("\n", "\r\n").encode(),
    "lines of Windows with a mark": b"\xef\xbb\xbf" + TEXT.replace("\n", "\r\n").encode(),
    "exported": TEXT.replace("SESSIONS", "export SESSIONS").encode(),
    "quoted": TEXT.replace("8100", '"8100"').replace("Zoë", "'Zoë'").encode(),
}
REFUSED = {
    "Latin-1": (TEXT.encode("latin-1"), "Line 2 of .env is not UTF-8"),
    "UTF-16 without its mark": (TEXT.encode("utf-16-le"), "of .env is not UTF-8"),
    "half a character": (TEXT.encode("utf-16")[:-1], "of .env is not UTF-8"),
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SESSIONS_PORT", raising=False)
    return tmp_path


@pytest.mark.parametrize("content", READ.values(), ids=READ)
def test_it_is_read(folder, content):
    (folder / ".env").write_bytes(content)
    settings = load_settings()
    assert (settings.port, settings.user_name) == (8100, "Zoë")
    assert describe_unknown_settings() == []


@pytest.mark.parametrize(("content", "said"), REFUSED.values(), ids=REFUSED)
def test_another_encoding_is_refused_with_the_line(folder, capsys, content, said):
    (folder / ".env").write_bytes(content)
    with pytest.raises(typer.Exit):
        load_settings()
    shown = capsys.readouterr().err
    assert said in shown
    assert "Save the file as UTF-8." in shown
    assert "Zo" not in shown


@pytest.mark.parametrize(
    "line", ['DATABASE_URL="postgresql://u:secret@h/x', "A='secret", "=secret"]
)
def test_a_line_that_would_be_left_out_is_refused(folder, capsys, line):
    (folder / ".env").write_text(f"{TEXT}{line}\nSESSIONS_LOG_LEVEL=debug\n", "utf-8")
    with pytest.raises(typer.Exit):
        load_settings()
    shown = capsys.readouterr().err
    assert "Line 3 of .env cannot be read. Expected NAME=value" in shown
    assert "secret" not in shown


def test_a_command_says_it_in_one_sentence(tmp_path):
    (tmp_path / ".env").write_bytes(b"DATABASE_URL=postgresql://u:p\xe4ss@h/x\n")
    refused = run("migrate", cwd=tmp_path)
    assert refused.returncode == 2
    assert refused.stderr.strip() == "Line 1 of .env is not UTF-8. Save the file as UTF-8."


def test_an_unknown_time_zone_is_refused_with_an_example(tmp_path):
    refused = run("serve", cwd=tmp_path, SESSIONS_TIME_ZONE="Berlin")
    assert refused.returncode == 2
    assert "SESSIONS_TIME_ZONE" in refused.stderr
    assert "such as Europe/Berlin" in refused.stderr
