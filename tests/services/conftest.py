"""Rules below GraphQL: units of work on the real database, with a runner that only records."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import pytest

from server.runtime import Runtime
from services.principal import Principal
from services.unit_of_work import UnitOfWork, begin_unit_of_work
from tests.fakes.recording_runner import RecordingRunner

BeginWork = Callable[[Principal], AbstractAsyncContextManager[UnitOfWork]]


@pytest.fixture
def runner() -> RecordingRunner:
    return RecordingRunner()


@pytest.fixture
def begin(running: Runtime, runner: RecordingRunner) -> BeginWork:
    """Begins a unit of work of a user."""
    return lambda principal: begin_unit_of_work(running.tenancy, principal, runner)
