"""LiteLLM's proxy, in an environment of its own: it is installed on first use."""

import json
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from benchmarks.support.harness import PROJECT, Running, beside, free_port
from services.ai.anthropic.models import MODEL

PLACE = PROJECT / ".venv" / "peers" / "litellm"
COMMAND = PLACE / "bin" / "litellm"
PACKAGE = "litellm[proxy]"
PATIENCE = 400
#: It does not start without one.
KEY = f"sk-{secrets.token_hex(16)}"


@cache
def installed() -> bool:
    """Whether it is there now. Says why, where not."""
    if COMMAND.exists():
        return True
    uv = Path(sys.executable).with_name("uv")
    try:
        subprocess.run([uv, "venv", "-q", "--clear", PLACE], check=True, timeout=PATIENCE)
        command = [uv, "pip", "install", "-q", "--python", PLACE / "bin" / "python", PACKAGE]
        subprocess.run(command, check=True, timeout=PATIENCE)
    except (OSError, subprocess.SubprocessError) as error:
        print(f"LiteLLM could not be installed: {error}")
        return False
    return True


@contextmanager
def proxy(name: str, provider: str) -> Iterator[Running]:
    """One that passes on to this provider. What it keeps and tells by default, it keeps and
    tells here."""
    port = free_port()
    model = {"model": f"anthropic/{MODEL}", "api_base": provider, "api_key": "a key"}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "config.yaml"
        # JSON is YAML.
        file.write_text(
            json.dumps({"model_list": [{"model_name": MODEL, "litellm_params": model}]})
        )
        command = [str(COMMAND), "--config", str(file), "--host", "127.0.0.1", "--port", str(port)]
        more = {"LITELLM_MASTER_KEY": KEY, "PYTHONPATH": "", "LITELLM_LOG": "ERROR"}
        with beside(name, command, port=port, **more) as running:
            yield running
