import importlib

import pytest

from tests.forkserver_process import PRELOADED


@pytest.mark.parametrize("name", PRELOADED)
def test_what_the_fork_server_imports_exists(name):
    """The fork server ignores a module that is missing, and each process imports it by itself."""
    assert importlib.import_module(name)
