import os
import shutil

import pytest

from tests.clients.node_client import install


@pytest.fixture(scope="module")
def node() -> str:
    """Node with the clients' packages; where CI runs, missing it is a failure."""
    found = shutil.which("node")
    if found is None and "CI" not in os.environ:
        pytest.skip("Node is not installed")
    assert found, "Node 20 or newer is needed"
    install()
    return found
