"""Runs LiteLLM's proxy from a virtual environment of its own, installed on first use."""

import json
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from benchmarks.support.harness import PROJECT, ServerProcess, find_free_port, start_server
from services.ai.anthropic.models import MODEL

VIRTUAL_ENVIRONMENT = PROJECT / ".venv" / "peers" / "litellm"
COMMAND = VIRTUAL_ENVIRONMENT / "bin" / "litellm"
PACKAGE = "litellm[proxy]"
INSTALL_TIMEOUT_SECONDS = 400
#: The proxy does not start without a key.
MASTER_KEY = f"sk-{secrets.token_hex(16)}"


@cache
def ensure_litellm_installed() -> bool:
    """Install LiteLLM if necessary; prints the error and returns False on failure."""
    if COMMAND.exists():
        return True
    uv = Path(sys.executable).with_name("uv")
    try:
        subprocess.run(
            [uv, "venv", "-q", "--clear", VIRTUAL_ENVIRONMENT],
            check=True,
            timeout=INSTALL_TIMEOUT_SECONDS,
        )
        command = [
            uv,
            "pip",
            "install",
            "-q",
            "--python",
            VIRTUAL_ENVIRONMENT / "bin" / "python",
            PACKAGE,
        ]
        subprocess.run(command, check=True, timeout=INSTALL_TIMEOUT_SECONDS)
    except (OSError, subprocess.SubprocessError) as error:
        print(f"LiteLLM could not be installed: {error}")
        return False
    return True


@contextmanager
def start_litellm_proxy(name: str, provider: str) -> Iterator[ServerProcess]:
    """A proxy in front of this provider, with LiteLLM's default logging and storage."""
    port = find_free_port()
    model = {"model": f"anthropic/{MODEL}", "api_base": provider, "api_key": "a key"}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "config.yaml"
        # JSON is YAML.
        file.write_text(
            json.dumps({"model_list": [{"model_name": MODEL, "litellm_params": model}]})
        )
        command = [str(COMMAND), "--config", str(file), "--host", "127.0.0.1", "--port", str(port)]
        variables = {"LITELLM_MASTER_KEY": MASTER_KEY, "PYTHONPATH": "", "LITELLM_LOG": "ERROR"}
        with start_server(name, command, port=port, **variables) as server:
            yield server
