"""The module's place in a conversation with the helper, taken by a test.

For what no module of this version ever does: DESIGN's message is KEY=VALUE
records, each ended by NUL, an empty one at the end.

SPDX-License-Identifier: Apache-2.0
"""
import os
import socket
import subprocess

import place


class Wire:
    """A connection to a helper of its own. `euid`: who made the connection,
    as the helper sees it."""

    def __init__(self, euid=0):
        os.seteuid(euid)
        try:
            self.end, other = socket.socketpair(socket.AF_UNIX,
                                                socket.SOCK_SEQPACKET)
        finally:
            os.seteuid(0)
        self.end.settimeout(20)
        self.process = start_helper(other)

    def ask(self, first="protocol=1", **records):
        """Send a request; the reply as {key: [values]}."""
        self.end.send("".join(
            record + "\0" for record in
            [first] + ["%s=%s" % each for each in records.items()]
            + [""]).encode())
        reply = {}
        for record in self.end.recv(128 * 1024).decode().split("\0"):
            if record:
                key, _, value = record.partition("=")
                reply.setdefault(key, []).append(value)
        return reply

    def hang_up(self):
        """Take the reply; the helper's exit status."""
        self.end.close()
        return self.process.wait(20)


def start_helper(connection):
    """A helper that serves the socket `connection`, which is closed here."""
    process = subprocess.Popen(
        [place.program("awsrole-helper"), "--connection"],
        stdin=connection, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, env={})
    connection.close()
    return process


def opening(user="alice", **more):
    """The records of a request to open."""
    return dict({"verb": "open", "user": user, "uid": place.uid(user),
                 "service": "sshd", "timeout_ms": 5000}, **more)


def helper_script(text):
    """A program to be named with helper=, that calls the real one as $1."""
    path = "/usr/local/sbin/helper-of-a-test"
    folder = os.path.dirname(path)
    if not os.path.ismount(folder):
        # A folder of the host: what is written there stays in the world.
        place.run("mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", folder)
    if os.path.exists(path):
        os.unlink(path)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text.replace("HELPER", place.program("awsrole-helper")))
    os.chmod(path, 0o755)
    return path
