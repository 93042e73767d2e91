"""The record of a session, read and edited behind the helper's back.

SPDX-License-Identifier: Apache-2.0
"""
import os

import place


def path(name):
    """Of the record of the session "<uid>/<id>"."""
    return "%s/records/%s" % (place.RUN, name.replace("/", "."))


def read(name):
    """Its lines, as a dict."""
    with open(path(name), encoding="utf-8") as record:
        return dict(line.rstrip("\n").split("=", 1) for line in record)


def edit(name, **values):
    """Give lines other values; owner, mode and order stay."""
    lines = read(name)
    assert set(values) <= set(lines)
    lines.update(values)
    overwrite(name, "".join("%s=%s\n" % line for line in lines.items()))


def overwrite(name, text):
    with open(path(name), "w", encoding="utf-8") as record:
        record.write(text)


def make(file, text="", mode=0o600):
    """Another file of awsrole's below /run/awsrole, and folders to it."""
    full = os.path.join(place.RUN, file)
    folder = os.path.dirname(full)
    while not os.path.isdir(folder):
        whole = os.path.dirname(folder)
        if os.path.isdir(whole):
            os.mkdir(folder)
            os.chown(folder, place.uid("awsrole"), -1)
            folder = os.path.dirname(full)
        else:
            folder = whole
    with open(full, "w", encoding="utf-8") as made:
        made.write(text)
    os.chmod(full, mode)
    os.chown(full, place.uid("awsrole"), -1)
