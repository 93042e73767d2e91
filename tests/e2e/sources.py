"""Configurations whose [source] is not the usual one.

SPDX-License-Identifier: Apache-2.0
"""
import json

from configuration import PEOPLE, SERVICES, write

FOLDER = "/etc/awsrole/"


def with_source(configure, source, roles=PEOPLE, defaults=""):
    """A whole configuration with the lines of one [source host]."""
    configure.text("""\
[defaults]
region = eu-west-1
services = %s
sts_endpoint = %s
%s
[source host]
%s
%s""" % (SERVICES, configure.sts.http_url, defaults, source, roles))


def with_profile(configure, profile, roles=PEOPLE):
    """The profile `host` of a config file of the source's own."""
    write(FOLDER + "aws/config", "[profile host]\n" + profile + "\n", 0o640,
          "awsrole")
    with_source(configure, "type = profile\nprofile = host\nconfig_file = "
                + FOLDER + "aws/config", roles)


def credentials_json(key, **more):
    """What a credential_process prints."""
    answer = {"Version": 1, "AccessKeyId": key[0], "SecretAccessKey": key[1]}
    answer.update(more)
    return json.dumps({name: value for name, value in answer.items()
                       if value is not None})


def script(name, text, mode=0o755):
    """A shell script of root's; its path."""
    write(FOLDER + name, "#!/bin/sh\n" + text + "\n", mode)
    return FOLDER + name
