"""An IAM Roles Anywhere inside a world, and the configuration that uses it.

SPDX-License-Identifier: Apache-2.0
"""
import grp
import os
import sys

import pytest

import place
from configuration import ROLE, SERVICES

sys.path.append(os.path.join(place.ROOT, "tests", "anywhere"))

import pki  # noqa: E402  from tests/anywhere
import create_session as server  # noqa: E402

FOLDER = "/etc/awsrole/anywhere"
CN = "bastion.example"


class Host:
    """The certificate and key of this host, and what is written of them into
    awsrole.conf."""

    def __init__(self, anywhere, root):
        self.anywhere = anywhere
        self.root = root
        self.middle = pki.Authority("Middle", root)
        self.keys = {}
        self.files = {}

    def write(self, name, content, secret=False):
        os.makedirs(FOLDER, exist_ok=True)
        return pki.write(os.path.join(FOLDER, name), content,
                         0o640 if secret else 0o644,
                         grp.getgrnam("awsrole").gr_gid if secret else 0)

    def key(self, kind):
        """Keys take seconds to make: one of each kind."""
        if kind not in self.keys:
            self.keys[kind] = pki.new_key(kind)
        return self.keys[kind]

    def certify(self, public_key, authority=None, **more):
        """Write a certificate for that key."""
        issued = (authority or self.root).issue(public_key, CN, **more)
        self.serial = issued.serial_number
        self.files["certificate"] = self.write("certificate.pem",
                                               pki.pem(issued))

    def use(self, kind="p256", chained=False, **more):
        """A key in a file."""
        key = self.key(kind)
        self.files.clear()
        self.certify(key.public_key(), self.middle if chained else None,
                     **more)
        self.files["private_key"] = self.write("key.pem", pki.key_pem(key),
                                               True)
        if chained:
            self.files["intermediates"] = self.write(
                "chain.pem", pki.pem(self.middle.certificate))

    def configuration(self, sts, role="", source="", **changed):
        """awsrole.conf: [role sre] for alice by [source host]."""
        keys = dict({"trust_anchor_arn": server.ANCHOR,
                     "profile_arn": server.PROFILE,
                     "role_arn": ROLE + "Hop",
                     "endpoint": self.anywhere.url}, **self.files)
        keys.update(changed)
        lines = "\n".join("%s = %s" % pair for pair in keys.items()
                          if pair[1] is not None)
        return """\
[defaults]
services = %s
sts_endpoint = %s

[source host]
type = roles-anywhere
%s
%s

[role sre]
role_arn = %s
users = alice
%s
""" % (SERVICES, sts.http_url, lines, source, ROLE + "ops/Deploy", role)


@pytest.fixture(scope="session")
def _one_anywhere(_one_sts):
    root = pki.Authority("Root of the trust anchor")
    with server.AnywhereServer(_one_sts, root.certificate) as anywhere:
        yield anywhere, root


@pytest.fixture(scope="session")
def _one_host(_one_anywhere):
    return Host(*_one_anywhere)


@pytest.fixture
def host(_one_host, configure):
    """This host with a good certificate."""
    _one_host.anywhere.forget()
    _one_host.use()
    return _one_host


@pytest.fixture
def anywhere(host):
    return host.anywhere
