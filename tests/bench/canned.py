"""Everything that a login asks, as fixed answers of one nginx.

SPDX-License-Identifier: Apache-2.0

    STS             https://127.0.0.1:8443/
    Roles Anywhere  https://127.0.0.1:8443/sessions
    EC2's metadata  http://169.254.169.254/
    ECS's endpoint  http://169.254.170.2/v2/credentials/bench

No answer costs more to make than another: what is measured is the helper.
"""
import json
import os
import shutil
import subprocess

import certificates  # from tests/sts
import place  # from tests/e2e

WORK = "/tmp/bench"
PORT = 8443
STS = "https://127.0.0.1:%d/" % PORT
KEY = ("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
ROLE = "arn:aws:iam::123456789012:role/BastionSRE"
HOST_ROLE = "arn:aws:iam::123456789012:role/Hop"
CA = "/etc/awsrole/ca.pem"
CONTAINER = "/v2/credentials/bench"
ADDRESSES = ("169.254.169.254", "169.254.170.2")
TOKEN = "IQoJb3JpZ2luX2VjE" * 50
SESSION = {"AccessKeyId": "ASIAIOSFODNN7EXAMPLE", "SecretAccessKey": KEY[1],
           "SessionToken": TOKEN, "Expiration": "2099-11-09T13:34:41Z"}

ANSWER = """<{0}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <{0}Result>
    <AssumedRoleUser>
      <AssumedRoleId>AROAEXAMPLEEXAMPLE123:alice@bastion</AssumedRoleId>
      <Arn>arn:aws:sts::123456789012:assumed-role/BastionSRE/alice@bastion</Arn>
    </AssumedRoleUser>
    <Credentials>
      <AccessKeyId>{1[AccessKeyId]}</AccessKeyId>
      <SecretAccessKey>{1[SecretAccessKey]}</SecretAccessKey>
      <SessionToken>{1[SessionToken]}</SessionToken>
      <Expiration>{1[Expiration]}</Expiration>
    </Credentials>
  </{0}Result>
  <ResponseMetadata>
    <RequestId>c6104cbe-af31-11e0-8154-cbc7ccf896c7</RequestId>
  </ResponseMetadata>
</{0}Response>
"""

# AssumeRoleWithWebIdentity is the one call of STS that nobody signs.
NGINX = """
worker_processes 1;
daemon off;
pid {work}/nginx.pid;
error_log {work}/error.log;
events {{ worker_connections 256; }}
http {{
    access_log off;
    client_body_temp_path {work}/body;
    proxy_temp_path {work}/proxy;
    fastcgi_temp_path {work}/fastcgi;
    uwsgi_temp_path {work}/uwsgi;
    scgi_temp_path {work}/scgi;
    root {work}/www;
    default_type text/xml;
    map $http_authorization $sts {{
        "" /web-identity.xml;
        default /answer.xml;
    }}
    server {{
        listen 127.0.0.1:{port} ssl;
        ssl_certificate {work}/tls/good.pem;
        ssl_certificate_key {work}/tls/good.key;
        error_page 405 =200 $sts;
        location / {{ try_files $sts =404; }}
        location = /sessions {{
            error_page 405 =201 /anywhere.json;
            try_files /anywhere.json =404;
        }}
        location = /anywhere.json {{
            error_page 405 =201 /anywhere.json;
            default_type application/json;
        }}
    }}
    server {{
        listen 169.254.169.254:80;
        location = /latest/api/token {{
            add_header X-aws-ec2-metadata-token-ttl-seconds 21600;
            return 200 "a-metadata-token";
        }}
        location = {roles} {{ return 200 "Hop"; }}
        location = {roles}Hop {{ try_files /instance.json =404; }}
    }}
    server {{
        listen 169.254.170.2:80;
        location = {container} {{ try_files /container.json =404; }}
    }}
}}
"""


def write(path, text, mode=0o644, group="root"):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(path, mode)
    shutil.chown(path, "root", group)


def _documents():
    local = {"AccessKeyId": SESSION["AccessKeyId"],
             "SecretAccessKey": SESSION["SecretAccessKey"],
             "Token": SESSION["SessionToken"],
             "Expiration": SESSION["Expiration"]}
    created = {name[0].lower() + name[1:]: text
               for name, text in SESSION.items()}
    user = {"arn": "arn:aws:sts::123456789012:assumed-role/BastionSRE/0a1b",
            "assumedRoleId": "AROAEXAMPLEEXAMPLE123:0a1b"}
    return {
        "answer.xml": ANSWER.format("AssumeRole", SESSION),
        "web-identity.xml": ANSWER.format("AssumeRoleWithWebIdentity",
                                          SESSION),
        "instance.json": json.dumps(dict(
            local, Code="Success", Type="AWS-HMAC",
            LastUpdated="2026-01-01T00:00:00Z")),
        "container.json": json.dumps(dict(local, RoleArn=HOST_ROLE)),
        "anywhere.json": json.dumps({
            "credentialSet": [{"assumedRoleUser": user, "roleArn": ROLE,
                               "credentials": created}]}),
    }


def start():
    """nginx, answering; CA is the file that vouches for it."""
    os.makedirs(WORK, exist_ok=True)
    certificates.make(WORK + "/tls")
    with open(WORK + "/tls/ca.pem", encoding="utf-8") as file:
        write(CA, file.read())
    for name, text in _documents().items():
        write(WORK + "/www/" + name, text)
    for address in ADDRESSES:
        subprocess.run(["ip", "address", "replace", address + "/32", "dev",
                        "lo"], check=True)
    write(WORK + "/nginx.conf", NGINX.format(
        work=WORK, port=PORT, container=CONTAINER,
        roles="/latest/meta-data/iam/security-credentials/"))
    nginx = subprocess.Popen(["nginx", "-c", WORK + "/nginx.conf",
                              "-e", WORK + "/error.log"])
    place.wait_for(lambda: place.run(*curl()).returncode == 0, 10,
                   "answer of nginx")
    return nginx


def curl():
    """AssumeRole by curl: the least that any client needs for it."""
    body = ("Action=AssumeRole&Version=2011-06-15&RoleArn=" + ROLE
            + "&RoleSessionName=alice@bastion&DurationSeconds=3600")
    return ["curl", "-sS", "-f", "--cacert", CA, "--user",
            "%s:%s" % KEY, "--aws-sigv4", "aws:amz:eu-west-1:sts",
            "--data", body, STS]
