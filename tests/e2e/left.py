"""What there is in /run/awsrole, and that nothing is left of it.

SPDX-License-Identifier: Apache-2.0
"""
import os
import shutil
import stat

from place import RUN, wait_for


def sessions():
    """The session folders, as "<uid>/<id>", in order."""
    found = []
    for name in _names(RUN):
        if name != "records" and os.path.isdir(os.path.join(RUN, name)):
            found += [name + "/" + each
                      for each in _names(os.path.join(RUN, name))]
    return sorted(found)


def sessions_of(uid):
    return [each for each in sessions() if each.startswith("%d/" % uid)]


def records():
    """The records, as "<uid>.<id>"."""
    return sorted(_names(os.path.join(RUN, "records")))


def everything():
    """Every path below /run/awsrole but the sockets and the folders that
    stay: the one of the records, and empty ones of people."""
    found = []
    for folder, folders, files in os.walk(RUN):
        depth = os.path.relpath(folder, RUN).count("/")
        for name in files:
            path = os.path.join(folder, name)
            if not _is_socket(path):
                found.append(path)
        for name in folders:
            if folder == RUN or (depth == 0 and name == "records"):
                continue
            found.append(os.path.join(folder, name))
    return found


def nothing_left(bound=5.0):
    """Waits until no session, no record and no other file is left."""
    try:
        wait_for(lambda: not everything(), bound)
    except AssertionError:
        raise AssertionError("left after %g s: %s" % (
            bound, ", ".join(everything()))) from None


def clear():
    """Remove whatever is there, by force."""
    for path in everything():
        if os.path.isdir(path):
            shutil.rmtree(path, ignore_errors=True)
        elif os.path.exists(path):
            os.unlink(path)


def _names(folder):
    try:
        return os.listdir(folder)
    except (FileNotFoundError, NotADirectoryError):
        return []


def _is_socket(path):
    try:
        return stat.S_ISSOCK(os.lstat(path).st_mode)
    except FileNotFoundError:
        return True  # gone meanwhile
