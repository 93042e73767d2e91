"""One login, from its start to its end, as a person would see it.

Exit status 0 only when each thing that is shown was also seen to be true.

SPDX-License-Identifier: Apache-2.0
"""
import os
import re
import shutil
import socket
import sys

# Before `place` is imported: it leaves nothing of this to its children.
ASKED = {name: os.environ.get("AWSROLE_DEMO_" + name, "") for name in (
    "ROLE_ARN", "PROFILE", "REGION", "CREDENTIALS", "CONFIG")}
HERE = os.path.dirname(os.path.abspath(__file__))
for folder in ("../e2e", "../sts"):
    sys.path.insert(0, os.path.join(HERE, folder))

import left  # noqa: E402
import place  # noqa: E402
from sshd import Sshd  # noqa: E402
from stack import Stacks  # noqa: E402
from sts import LocalSts  # noqa: E402

SECRETS = "/etc/awsrole/aws"
ROLE = "arn:aws:iam::123456789012:role/BastionSRE"
KEY = ("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
STATE = {
    "users": [{"arn": "arn:aws:iam::123456789012:user/bastion",
               "keys": {KEY[0]: KEY[1]},
               "policy": {"assume_role": [ROLE]}}],
    "roles": [{"arn": ROLE, "max_session_duration": 43200,
               "trust": {"principals": [
                   "arn:aws:iam::123456789012:user/bastion"]}}],
}


def say(text=""):
    print(text, flush=True)


def show(prompt, command, output):
    say(prompt + command)
    if output:
        say(output)


def seen(what, is_true):
    if not is_true:
        say("\nNOT SEEN: " + what)
        sys.exit(1)


def write(path, text, mode=0o644, group="root"):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(path, mode)
    shutil.chown(path, "root", group)


def local_aws(sts):
    """What the configuration needs to use the local STS; and the CLI."""
    write(SECRETS + "/credentials",
          "[default]\naws_access_key_id = %s\naws_secret_access_key = %s\n"
          % KEY, 0o640, "awsrole")
    shutil.copytree(sts.ca_path, "/etc/awsrole/ca", symlinks=True)
    shutil.copy(sts.ca_file, "/etc/awsrole/ca.pem")
    os.chmod("/etc/awsrole/ca", 0o755)
    os.chmod("/etc/awsrole/ca.pem", 0o644)
    return ("[defaults]\nregion = eu-west-1\nsts_endpoint = %s\n"
            "ca_path = /etc/awsrole/ca\n\n"
            "[source bastion]\ntype = profile\n"
            "credentials_file = %s/credentials\n" % (sts.https_url, SECRETS),
            ROLE,
            " --endpoint-url %s --ca-bundle /etc/awsrole/ca.pem"
            % sts.https_url)


def real_aws():
    files = ""
    for key, name in (("credentials_file", "CREDENTIALS"),
                      ("config_file", "CONFIG")):
        text = ASKED[name]
        if text:
            path = "%s/%s" % (SECRETS, name.lower())
            write(path, text + "\n", 0o640, "awsrole")
            files += "%s = %s\n" % (key, path)
    seen("an AWS config or credentials file to copy the profile from", files)
    return ("[defaults]\nregion = %s\n\n[source bastion]\ntype = profile\n"
            "profile = %s\n%s" % (ASKED["REGION"], ASKED["PROFILE"], files),
            ASKED["ROLE_ARN"], "")


def log_in(sshd):
    log = place.Log()
    alice = sshd.terminal("alice")
    alice.write("PS1='alice@bastion:~$ '; bind 'set enable-bracketed-paste "
                "off' 2>/dev/null; unset HISTFILE; export AWS_PAGER=; echo READY=$((1+1))=\n")
    try:
        greeting = alice.read_until(r"AWS: you are role [^\r\n]*", 30)[0]
    except AssertionError:
        for entry in log.ours():
            say("log: " + entry["text"])
        seen("alice being given her role; the log says why", False)
    alice.read_until(r"READY=2=")
    return alice, greeting


def main():
    real = bool(ASKED["ROLE_ARN"])
    sts = None if real else LocalSts(STATE).start()
    configuration, role, cli = real_aws() if real else local_aws(sts)
    configuration += ("\n[role sre]\nrole_arn = %s\nusers = alice\n" % role)
    write(place.CONFIGURATION, configuration)
    os.chmod("/etc/awsrole", 0o755)
    stacks = Stacks()
    stacks.line("sshd")
    sshd = Sshd(free_port()) if real else Sshd()
    sshd.start()

    say("The configuration, /etc/awsrole/awsrole.conf:\n")
    say("\n".join("    " + line for line in configuration.split("\n")))
    say("alice logs in by ssh:\n")
    alice, greeting = log_in(sshd)
    prompt = "alice@bastion:~$ "
    show(prompt.replace("alice@bastion:~$ ", "laptop$ "), "ssh alice@bastion",
         greeting)

    status, text = alice.do("env | grep ^AWS | sort")
    show(prompt, "env | grep ^AWS | sort", text)
    variables = place.environment(text)
    path = variables.get("AWS_SHARED_CREDENTIALS_FILE", "")
    seen("the environment", status == 0 and re.match(
        r"/run/awsrole/\d+/[0-9a-f]{32}/credentials\Z", path) and
        variables.get("AWS_PROFILE") == "sre")

    status, text = alice.do("ls -l $AWS_SHARED_CREDENTIALS_FILE")
    show(prompt, "ls -l $AWS_SHARED_CREDENTIALS_FILE", text)
    seen("a file of awsrole, 0440 and an ACL",
         text.startswith("-r--r-----+ 1 awsrole"))
    status, text = alice.do("cat $AWS_SHARED_CREDENTIALS_FILE")
    hidden = re.sub(r"(?m)^(aws_s\w+ = .{6}).*$", r"\1...", text)
    show(prompt, "cat $AWS_SHARED_CREDENTIALS_FILE", hidden)
    seen("her credentials file", "[sre]" in text and "ASIA" in text)

    status, text = alice.do("aws sts get-caller-identity" + cli, 60)
    show(prompt, "aws sts get-caller-identity", text)
    seen("AWS calling her " + role.split("/")[-1],
         "assumed-role/%s/alice@bastion" % role.split("/")[-1] in text)

    status, text = alice.do("rm -f $AWS_SHARED_CREDENTIALS_FILE")
    show(prompt, "rm -f $AWS_SHARED_CREDENTIALS_FILE", text)
    seen("that she cannot remove it", status != 0 and os.path.exists(path))

    result = place.run(*place.as_user("bob", "cat", path))
    show("bob@bastion:~$ ", "cat " + path, result.stderr.strip())
    seen("that bob cannot read it", result.returncode != 0)

    show(prompt, "exit", "")
    alice.end()
    left.nothing_left()
    say("\nShe logged out. What is left in /run/awsrole:\n")
    show("root@bastion:~# ", "find /run/awsrole -type f",
         "\n".join(left.everything()))
    show("root@bastion:~# ", "ls " + path,
         place.run("ls", path).stderr.strip())
    seen("that file, folder and record are gone",
         not os.path.exists(os.path.dirname(path)) and not left.records())
    say("\nAll of this was seen to be so.")
    sshd.stop()
    if sts is not None:
        sts.close()


def free_port():
    """Of the host's network, where 22 is taken."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


if __name__ == "__main__":
    main()
