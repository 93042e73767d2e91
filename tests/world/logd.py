#!/usr/bin/python3
"""logd.py FOLDER - collects what a world writes to its system log.

Listens on /dev/log (syslog(3), RFC 3164 lines) and on
/run/systemd/journal/socket (journald's native protocol) and appends one JSON
object a line to FOLDER/log: {"via": "syslog" or "journal", "text": the
message, "fields": what came with it}. Writes FOLDER/ready when it listens.

SPDX-License-Identifier: Apache-2.0
"""
import json
import os
import re
import selectors
import socket
import struct
import sys

LARGEST = 256 * 1024  # bytes of a datagram


def listen(path):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 * 1024 * 1024)
    listener.bind(path)
    os.chmod(path, 0o666)
    return listener


def syslog_entry(data):
    """<PRI>Mon DD HH:MM:SS tag[pid]: text"""
    line = data.decode("utf-8", "replace").rstrip("\0\n")
    fields = {}
    match = re.match(r"<(\d+)>(.*)", line, re.S)
    if match:
        priority = int(match[1])
        fields["PRIORITY"] = str(priority & 7)
        fields["SYSLOG_FACILITY"] = str(priority >> 3)
        line = match[2]
    line = re.sub(r"^[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d ", "", line)
    match = re.match(r"([^\s:\[]+)(?:\[(\d+)\])?: (.*)", line, re.S)
    if match:
        fields["SYSLOG_IDENTIFIER"] = match[1]
        if match[2]:
            fields["SYSLOG_PID"] = match[2]
        line = match[3]
    return {"via": "syslog", "text": line, "fields": fields}


def journal_entry(data):
    """NAME=VALUE lines, or NAME, newline, 64-bit little-endian length, value
    (systemd's "Native Journal Protocol")."""
    fields = {}
    while data:
        line, _, rest = data.partition(b"\n")
        name, equals, value = line.partition(b"=")
        if not equals and line:
            (length,) = struct.unpack_from("<Q", rest)
            value, rest = rest[8 : 8 + length], rest[8 + length + 1 :]
        data = rest
        if name:
            text = value.decode("utf-8", "replace")
            fields[name.decode("ascii", "replace")] = text
    return {
        "via": "journal",
        "text": fields.pop("MESSAGE", ""),
        "fields": fields,
    }


def main():
    folder = sys.argv[1]
    waiting = selectors.DefaultSelector()
    waiting.register(listen("/dev/log"), selectors.EVENT_READ, syslog_entry)
    waiting.register(
        listen("/run/systemd/journal/socket"),
        selectors.EVENT_READ,
        journal_entry,
    )
    with open(os.path.join(folder, "log"), "a", encoding="utf-8") as log:
        with open(os.path.join(folder, "ready"), "w", encoding="utf-8"):
            pass
        while True:
            for key, _ in waiting.select():
                data = key.fileobj.recv(LARGEST)
                try:
                    entry = key.data(data)
                except (struct.error, ValueError):
                    entry = {"via": "bad", "text": repr(data), "fields": {}}
                log.write(json.dumps(entry) + "\n")
                log.flush()


if __name__ == "__main__":
    main()
