"""A configuration for each way to AWS, all with the same role at the end.

SPDX-License-Identifier: Apache-2.0
"""
import grp
import json

import canned  # before pki: certificates is found from there
import place  # from tests/e2e
import pki  # from tests/anywhere

FOLDER = "/etc/awsrole/aws/"
# The way that the others are compared with: one STS call and nothing else.
BARE = "profile, static keys"

CONFIGURATION = """
[defaults]
region = eu-west-1
services = bench
sts_endpoint = {sts}
ca_bundle = {ca}
{{source}}
[role sre]
role_arn = {role}
users = alice
{{role}}
""".format(sts=canned.STS, ca=canned.CA, role=canned.ROLE)

STATIC = """
[source bastion]
type = profile
credentials_file = %scredentials
""" % FOLDER

# A role of its own, for those that take one before the role of the login.
HOP = "role_arn = %s\n" % canned.HOST_ROLE

PROFILE_HOP = """
[source host]
type = profile
profile = hop
credentials_file = %scredentials
config_file = %sconfig
""" % (FOLDER, FOLDER)

ROLE_HOP = STATIC + """
[source host]
type = role
source = bastion
""" + HOP

INSTANCE = """
[source host]
type = instance
"""

CONTAINER = """
[source host]
type = container
uri = %s
""" % canned.CONTAINER

PROCESS = """
[source host]
type = process
command = /usr/bin/cat %sprocess.json
""" % FOLDER

WEB_IDENTITY = """
[source host]
type = web-identity
token_file = %stoken
""" % FOLDER

ANYWHERE = """
[source host]
type = roles-anywhere
trust_anchor_arn = {0}trust-anchor/0a1b2c3d-0001-4000-8000-000000000001
profile_arn = {0}profile/0a1b2c3d-0002-4000-8000-000000000002
certificate = {1}certificate.pem
private_key = {1}key.pem
endpoint = {2}
""".format("arn:aws:rolesanywhere:eu-west-1:123456789012:", FOLDER,
           canned.STS.rstrip("/"))

# name: (source sections, lines of the role)
WAYS = {
    BARE: (STATIC, ""),
    "profile, source_profile": (PROFILE_HOP, ""),
    "role": (ROLE_HOP, "source = host"),
    "instance": (INSTANCE, ""),
    "container": (CONTAINER, ""),
    "process": (PROCESS, ""),
    "web-identity": (WEB_IDENTITY + HOP, ""),
    "web-identity, direct": (WEB_IDENTITY, "direct = yes"),
    "roles-anywhere": (ANYWHERE + HOP, ""),
    "roles-anywhere, direct": (ANYWHERE, "direct = yes"),
}


def secret(name, text):
    canned.write(FOLDER + name, text, 0o640, "awsrole")


def make():
    """The files that the configurations name."""
    secret("credentials",
           "[default]\naws_access_key_id = %s\naws_secret_access_key = %s\n"
           % canned.KEY)
    secret("config", "[profile hop]\nsource_profile = default\n" + HOP)
    secret("process.json", json.dumps(dict(canned.SESSION, Version=1)))
    secret("token", "eyJhbGciOiJub25lIn0." + "e30" * 300)
    key = pki.new_key("p256")
    issued = pki.Authority("Root").issue(key.public_key())
    pki.write(FOLDER + "certificate.pem", pki.pem(issued))
    pki.write(FOLDER + "key.pem", pki.key_pem(key), 0o640,
              grp.getgrnam("awsrole").gr_gid)


def choose(name):
    """From now on people come to AWS this way."""
    source, role = WAYS[name]
    canned.write(place.CONFIGURATION,
                 CONFIGURATION.format(source=source, role=role))
