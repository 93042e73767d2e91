"""What a login costs, side by side in one run: ours, curl, pam_exec.

Inside a world (make bench). STS is nginx with one fixed answer over TLS, the
same for all; so is the CA file. Rounds of every kind take turns, so that a
machine whose speed drifts is fair to all.

SPDX-License-Identifier: Apache-2.0
"""
import json
import os
import shutil
import statistics
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
for folder in ("../e2e", "../sts"):
    sys.path.insert(0, os.path.join(HERE, folder))

import certificates  # noqa: E402
import left  # noqa: E402
import place  # noqa: E402

ROUNDS = int(os.environ.get("AWSROLE_BENCH_ROUNDS", "20"))
A_ROUND = 10          # logins of each kind
SCRIPTS_A_ROUND = 1   # of pam_exec: a second each
WORK = "/tmp/bench"
PORT = 8443
KEY = ("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
ROLE = "arn:aws:iam::123456789012:role/BastionSRE"
ANSWER = """<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <AssumeRoleResult>
    <AssumedRoleUser>
      <AssumedRoleId>AROAEXAMPLEEXAMPLE123:alice@bastion</AssumedRoleId>
      <Arn>arn:aws:sts::123456789012:assumed-role/BastionSRE/alice@bastion</Arn>
    </AssumedRoleUser>
    <Credentials>
      <AccessKeyId>ASIAIOSFODNN7EXAMPLE</AccessKeyId>
      <SecretAccessKey>%s</SecretAccessKey>
      <SessionToken>%s</SessionToken>
      <Expiration>2099-11-09T13:34:41Z</Expiration>
    </Credentials>
  </AssumeRoleResult>
  <ResponseMetadata>
    <RequestId>c6104cbe-af31-11e0-8154-cbc7ccf896c7</RequestId>
  </ResponseMetadata>
</AssumeRoleResponse>
""" % (KEY[1], "IQoJb3JpZ2luX2VjE" * 50)

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
    server {{
        listen 127.0.0.1:{port} ssl;
        ssl_certificate {cert};
        ssl_certificate_key {key};
        root {work}/www;
        error_page 405 =200 /answer.xml;
        location / {{ default_type text/xml; try_files /answer.xml =404; }}
    }}
}}
"""

SCRIPT = """#!/bin/sh
# What people write: assume the role, write a file.
export AWS_ACCESS_KEY_ID={key} AWS_SECRET_ACCESS_KEY={secret}
export AWS_DEFAULT_REGION=eu-west-1
aws sts assume-role --endpoint-url https://127.0.0.1:{port} \\
    --ca-bundle {ca} --role-arn {role} --role-session-name alice@bastion \\
    --output json > {work}/script-answer.json
"""

CONFIGURATION = """
[defaults]
region = eu-west-1
services = bench
sts_endpoint = https://127.0.0.1:{port}/
ca_bundle = {ca}

[source bastion]
type = profile
credentials_file = /etc/awsrole/aws/credentials

[role sre]
role_arn = {role}
users = alice
"""


def write(path, text, mode=0o644, group="root"):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(path, mode)
    shutil.chown(path, "root", group)


def set_up():
    os.makedirs(WORK, exist_ok=True)
    certificates.make(WORK + "/tls")
    ca = "/etc/awsrole/ca.pem"
    with open(WORK + "/tls/ca.pem", encoding="utf-8") as file:
        write(ca, file.read())
    write("/etc/awsrole/aws/credentials",
          "[default]\naws_access_key_id = %s\naws_secret_access_key = %s\n"
          % KEY, 0o640, "awsrole")
    values = {"port": PORT, "work": WORK, "ca": ca, "role": ROLE,
              "key": KEY[0], "secret": KEY[1]}
    write(place.CONFIGURATION, CONFIGURATION.format(**values))
    write(WORK + "/www/answer.xml", ANSWER)
    write(WORK + "/script", SCRIPT.format(**values), 0o755)
    write(WORK + "/nginx.conf", NGINX.format(
        work=WORK, port=PORT, cert=WORK + "/tls/good.pem",
        key=WORK + "/tls/good.key"))
    write(WORK + "/pam.d/bench", "session required %s helper=%s\n"
          % (place.program("pam_awsrole.so"), place.program("awsrole-helper")))
    # PAM_IGNORE alone is no success for a stack: pam_permit stands behind.
    write(WORK + "/pam.d/ignored", "session optional %s helper=%s\n"
          "session required pam_permit.so\n"
          % (place.program("pam_awsrole.so"), place.program("awsrole-helper")))
    write(WORK + "/pam.d/script",
          "session required pam_exec.so quiet %s/script\n" % WORK)
    nginx = subprocess.Popen(["nginx", "-c", WORK + "/nginx.conf",
                              "-e", WORK + "/error.log"])
    place.wait_for(lambda: place.run(*curl(ca)).returncode == 0, 10,
                   "answer of nginx")
    return nginx, ca


def curl(ca):
    body = ("Action=AssumeRole&Version=2011-06-15&RoleArn=" + ROLE
            + "&RoleSessionName=alice@bastion&DurationSeconds=3600")
    return ["curl", "-sS", "-f", "--cacert", ca, "--user",
            "%s:%s" % KEY, "--aws-sigv4", "aws:amz:eu-west-1:sts",
            "--data", body, "https://127.0.0.1:%d/" % PORT]


def timed(*arguments):
    result = place.run(os.path.join(place.BUILD, "bench/timed"), *arguments,
                       timeout=600)
    if result.returncode != 0:
        sys.exit("timed %s: %s" % (" ".join(arguments), result.stderr))
    return [[float(number) for number in line.split()]
            for line in result.stdout.splitlines()]


def measure(ca):
    times = {name: [] for name in ("open", "close", "no rule", "curl",
                                   "pam_exec")}
    for _ in range(ROUNDS):
        for opened, closed in timed("pam", str(A_ROUND), WORK + "/pam.d",
                                    "bench", "alice"):
            times["open"].append(opened)
            times["close"].append(closed)
        times["no rule"] += [each[0] for each in timed(
            "pam", str(A_ROUND), WORK + "/pam.d", "ignored", "bob")]
        times["curl"] += [each[0] for each in timed(
            "run", str(A_ROUND), *curl(ca))]
        times["pam_exec"] += [each[0] for each in timed(
            "pam", str(SCRIPTS_A_ROUND), WORK + "/pam.d", "script", "alice")]
    return times


def main():
    nginx, ca = set_up()
    try:
        times = measure(ca)
    finally:
        nginx.terminate()
        nginx.wait()
    left.nothing_left()
    median = {name: statistics.median(values)
              for name, values in times.items()}
    print("%-10s %6s %10s %10s %10s" % ("", "runs", "median ms", "p99 ms",
                                        "to curl"))
    for name, values in times.items():
        p99 = sorted(values)[min(len(values) - 1, len(values) * 99 // 100)]
        print("%-10s %6d %10.2f %10.2f %10.2f" % (
            name, len(values), median[name] / 1e3, p99 / 1e3,
            median[name] / median["curl"]))
    bounds = (("open, to curl", median["open"] / median["curl"], 1.0),
              ("close, to open", median["close"] / median["open"], 0.5),
              ("no rule, to open", median["no rule"] / median["open"], 0.5),
              ("open and close, to pam_exec",
               (median["open"] + median["close"]) / median["pam_exec"], 0.05))
    for name, ratio, bound in bounds:
        print("%-28s %6.3f, wanted at most %.2f%s" % (
            name, ratio, bound, "" if ratio <= bound else "  <- ABOVE"))
    folder = os.path.join(place.BUILD, "bench")
    with open(os.path.join(folder, "login.json"), "w",
              encoding="utf-8") as file:
        json.dump(times, file)


if __name__ == "__main__":
    main()
