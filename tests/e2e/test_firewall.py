"""packaging/firewall: the host's own role is closed to its users.

SPDX-License-Identifier: Apache-2.0
"""
import os
import shutil
import subprocess

import pytest

import checks
import left
import place
from endpoints import Addresses, configuration, role_credentials
from container import ADDRESSES as CONTAINER  # after endpoints: its path
from container import RELATIVE, Container
from instance import ADDRESSES as INSTANCE
from instance import Instance

FOLDER = os.path.join(place.ROOT, "packaging", "firewall")
NFT = os.path.join(FOLDER, "awsrole.nft")
SCRIPT = os.path.join(FOLDER, "awsrole-iptables")
ALL = INSTANCE + CONTAINER
REFUSED = "000"
DNS = "169.254.169.253"


class Nft:
    @staticmethod
    def on():
        subprocess.run(["nft", "-f", NFT], check=True)

    @staticmethod
    def off():
        subprocess.run(["nft", "delete", "table", "inet", "awsrole"],
                       check=True)


class Iptables:
    """With the named flavour as `iptables`, first in PATH."""

    def __init__(self, flavour):
        self.folder = "/var/tmp/" + flavour
        os.makedirs(self.folder, exist_ok=True)
        for command in ("iptables", "ip6tables"):
            link = os.path.join(self.folder, command)
            if not os.path.islink(link):
                os.symlink("/usr/sbin/%s-%s" % (command, flavour), link)

    def run(self, verb):
        return place.run(SCRIPT, verb, env=dict(
            os.environ, PATH=self.folder + ":" + os.environ["PATH"]))

    def on(self):
        result = self.run("on")
        assert (result.returncode, result.stderr) == (0, "")
        assert self.run("status").stdout == "on\n"

    def off(self):
        result = self.run("off")
        assert (result.returncode, result.stderr) == (0, "")
        result = self.run("status")
        assert (result.returncode, result.stdout) == (1, "off\n")


@pytest.fixture(params=["nft", "iptables-nft", "iptables-legacy"])
def firewall(request):
    name = request.param
    if not shutil.which("nft" if name == "nft" else "/usr/sbin/" + name):
        pytest.skip("%s is not installed" % name)
    wall = Nft() if name == "nft" else Iptables(name.partition("-")[2])
    if name == "iptables-legacy" and place.run(
            "/usr/sbin/iptables-legacy", "-L").returncode != 0:
        pytest.skip("this kernel has no legacy iptables")
    chosen = []
    on = wall.on

    def choose():
        on()
        chosen.append(True)
    wall.on = choose
    yield wall
    if chosen:
        wall.off()


@pytest.fixture(autouse=True)
def services(sts):
    """Both services, each on all of its addresses."""
    credentials = role_credentials(sts)
    with Addresses(ALL + (DNS,)), \
            Instance(credentials, addresses=INSTANCE + (DNS,)) as instance, \
            Container(credentials, addresses=CONTAINER):
        yield instance


def asked_by(user, address):
    """The status that `user` gets from there; "000": none."""
    host = "[%s]" % address if ":" in address else address
    return place.run(*place.as_user(
        user, "curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "-m",
        "3", "http://%s/latest/meta-data/" % host)).stdout


def test_without_it_every_user_is_served():
    for address in ALL:
        assert asked_by("alice", address) in ("401", "404")


def test_users_are_refused_and_root_and_awsrole_served(firewall):
    firewall.on()
    for address in ALL:
        for user in ("alice", "nobody"):
            assert asked_by(user, address) == REFUSED, (user, address)
        for user in ("root", "awsrole"):
            assert asked_by(user, address) in ("401", "404"), (user, address)


def test_refusal_is_at_once(firewall):
    firewall.on()
    for address in ALL:
        _, took = place.timed(*place.as_user(
            "alice", "curl", "-s", "-m", "10", "http://%s/" % (
                "[%s]" % address if ":" in address else address)))
        assert took < 1


def test_what_is_no_secret_stays_open(firewall):
    firewall.on()
    assert asked_by("alice", DNS) == "401"


def test_twice_on_is_once_off(firewall):
    firewall.on()
    firewall.on()
    assert asked_by("alice", INSTANCE[0]) == REFUSED
    firewall.off()
    assert asked_by("alice", INSTANCE[0]) == "401"
    firewall.on()


@pytest.mark.parametrize("source", ["type = instance",
                                    "type = container\nuri = " + RELATIVE])
def test_helper_gets_the_role_and_the_person_not_the_hosts(
        firewall, sshd, sts, configure, stacks, run_awsrole, hold, source):
    stacks.line("sshd", "timeout=8s")
    configure.text(configuration(sts, source))
    firewall.on()
    shell = hold(sshd.shell("alice"))
    assert checks.who_am_i(shell, sts) == checks.assumed(
        "BastionSRE", "alice@bastion")
    for variables in ("", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI="
                      + RELATIVE):
        status, output = shell.do(
            "env -u AWS_PROFILE -u AWS_SHARED_CREDENTIALS_FILE "
            "-u AWS_EC2_METADATA_DISABLED %s aws sts get-caller-identity "
            "--endpoint-url %s" % (variables, sts.http_url))
        assert status != 0 and "arn:" not in output, output
    shell.end()
    left.nothing_left()


def test_script_refuses_where_a_user_is_missing(firewall, tmp_path):
    if isinstance(firewall, Nft):
        copy = tmp_path / "copy.nft"
        with open(NFT, encoding="utf-8") as file:
            copy.write_text(file.read().replace("{ root, awsrole }",
                                                "{ root, no-such-user }"))
        result = place.run("nft", "-f", str(copy))
        assert result.returncode != 0 and "no-such-user" in result.stderr
    else:
        copy = tmp_path / "copy"
        with open(SCRIPT, encoding="utf-8") as file:
            copy.write_text(file.read().replace("'root awsrole'",
                                                "'root no-such-user'"))
        result = place.run("sh", str(copy), "on")
        assert result.returncode == 1
        assert "there is no user no-such-user" in result.stderr
    assert asked_by("alice", INSTANCE[0]) == "401"
