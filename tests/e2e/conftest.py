"""Fixtures of the end-to-end tests. They run inside a world alone: see run.

SPDX-License-Identifier: Apache-2.0
"""
import os
import sys

import pytest

import left
import place
from configuration import Configuration
from metadata import MetadataService
from sshd import Sshd
from stack import Stacks

sys.path.append(os.path.join(place.ROOT, "tests", "sts"))


def pytest_configure(config):
    if not place.INSIDE:
        raise pytest.UsageError(
            "these tests change users, PAM and /run: start them with "
            "tests/e2e/run, which gives them a world of their own")
    missing = place.missing_programs()
    if missing and not place.HARNESS_ONLY:
        raise pytest.UsageError(
            "%s: there is no %s; run make first, or set AWSROLE_BUILD"
            % (place.BUILD, ", ".join(missing)))


@pytest.fixture(scope="session")
def sshd():
    server = Sshd()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def stacks():
    changed = Stacks()
    yield changed
    changed.restore()


@pytest.fixture(scope="session")
def _one_sts():
    from sts import LocalSts  # from tests/sts
    with LocalSts() as server:
        yield server


@pytest.fixture
def sts(_one_sts):
    """The local STS, with nothing remembered and no fault set."""
    if not _one_sts.running():
        _one_sts.start()
    _one_sts.clear()
    _one_sts.forget()
    yield _one_sts
    if not _one_sts.running():
        _one_sts.start()
    _one_sts.clear()


@pytest.fixture
def configure(sts):
    configuration = Configuration(sts)
    configuration()
    yield configuration
    configuration.remove()


@pytest.fixture
def run_awsrole():
    """Nothing is in /run/awsrole before the test, nor after it."""
    left.nothing_left(0)
    yield left
    try:
        left.nothing_left()
    finally:
        left.clear()  # the next test is not to suffer from this one


@pytest.fixture
def metadata():
    """An instance metadata service on 169.254.169.254."""
    service = MetadataService()
    service.start()
    yield service
    service.stop()


@pytest.fixture
def log():
    return place.Log()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """A test that failed shows what was logged meanwhile."""
    report = (yield).get_result()
    since = getattr(item, "log_since", None)
    if report.failed and since is not None:
        report.sections.append(("the world's log", since.text()))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    item.log_since = place.Log()


@pytest.fixture
def hold(run_awsrole):
    """hold(a Held shell): where a test fails, what still runs is killed, and
    what that leaves is swept."""
    held = []

    def keep(shell):
        held.append(shell)
        return shell
    yield keep
    running = [shell for shell in held if shell.status is None]
    for shell in running:
        shell.kill()
    if running:
        place.run(place.program("awsrole-helper"), "sweep")
