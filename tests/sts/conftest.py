"""Fixtures for the tests of the local STS.

SPDX-License-Identifier: Apache-2.0
"""
import os

import pytest

from sts import LocalSts


@pytest.fixture(scope="session")
def server():
    # What the host has set must not reach the clients of these tests.
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith(("AWS_", "SSL_CERT_")) or \
                    name.endswith("_CA_BUNDLE") or \
                    name.lower().endswith("_proxy"):
                patch.delenv(name)
        with LocalSts() as running:
            yield running


@pytest.fixture
def sts(server):
    """The server as new: no faults, settings and state as at the start."""
    before = server.status()["settings"]
    server.forget()
    yield server
    server.clear()
    server.set(**before)
    server.load(server.state)
    assert server.running()
