"""/etc/awsrole of a world, and the roles and keys that the local STS knows.

SPDX-License-Identifier: Apache-2.0
"""
import grp
import os
import shutil

from place import CONFIGURATION

ACCOUNT = "123456789012"
ROLE = "arn:aws:iam::%s:role/" % ACCOUNT
KEY = ("AKIAIOSFODNN7BASTION", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYBASTIONKEY")
CREDENTIALS_FILE = "/etc/awsrole/aws/credentials"
SERVICES = ("sshd, login, su, su-l, sudo, sudo-i, cron, runuser, runuser-l")
# [role sre] for alice and carol, [role short] for bob; nothing for dave.
PEOPLE = """
[role sre]
role_arn = %sBastionSRE
users = alice, carol
duration_seconds = 8h

[role short]
role_arn = %sShort
users = bob
""" % (ROLE, ROLE)


def write(path, text, mode=0o644, group="root"):
    """A file of root's, whole or not there."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path + ".new", "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(path + ".new", mode)
    os.chown(path + ".new", 0, grp.getgrnam(group).gr_gid)
    os.rename(path + ".new", path)


class Configuration:
    """Writes what an administrator writes. The object is callable:
    configure(roles, defaults) gives a whole configuration."""

    def __init__(self, sts):
        self.sts = sts

    def __call__(self, roles=PEOPLE, defaults=""):
        self.keys(*KEY)
        self.text("""\
[defaults]
region = eu-west-1
services = %s
sts_endpoint = %s
%s
[source bastion]
type = profile
profile = bastion
credentials_file = %s
%s""" % (SERVICES, self.sts.http_url, defaults, CREDENTIALS_FILE, roles))

    @staticmethod
    def text(text):
        write(CONFIGURATION, text)

    @staticmethod
    def keys(access_key_id, secret_access_key, token=None):
        """The source's own credentials."""
        write(CREDENTIALS_FILE, """\
[bastion]
aws_access_key_id = %s
aws_secret_access_key = %s
%s""" % (access_key_id, secret_access_key,
         "aws_session_token = %s\n" % token if token else ""),
              0o640, "awsrole")

    @staticmethod
    def file(name, text, mode=0o644):
        """Another file beside the configuration; gives its path."""
        path = os.path.join(os.path.dirname(CONFIGURATION), name)
        write(path, text, mode)
        return path

    @staticmethod
    def remove():
        shutil.rmtree(os.path.dirname(CONFIGURATION), ignore_errors=True)
