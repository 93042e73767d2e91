"""What stands where the helper should be.

SPDX-License-Identifier: Apache-2.0
"""
import itertools
import os
import re
import shutil

import place
import steps
from handle import FOLDER

ANSWER = ("sendto(0,", "sendmsg(0,")


def _script(name, text, mode=0o755):
    os.makedirs(FOLDER, exist_ok=True)
    path = "%s/%s" % (FOLDER, name)
    with open(path + ".new", "w", encoding="utf-8") as file:
        file.write("#!/bin/bash\n" + text)
    os.chmod(path + ".new", mode)
    os.rename(path + ".new", path)
    return path


def missing():
    os.makedirs(FOLDER, exist_ok=True)
    return FOLDER + "/there-is-none"


def not_executable():
    os.makedirs(FOLDER, exist_ok=True)
    path = FOLDER + "/not-executable"
    shutil.copyfile(place.program("awsrole-helper"), path)
    os.chmod(path, 0o644)
    return path


def not_a_program():
    path = _script("not-a-program", "")
    with open(path, "wb") as file:
        file.write(b"\x7fELF" + bytes(60))
    return path


def writable_by_others():
    return _script("writable", "exit 0\n", 0o757)


def crashing():
    return _script("crashing", "kill -ABRT $$\n")


def crashing_with_its_answer():
    """The real helper aborts when all is made, before it says so."""
    path = steps.install()
    call, number = _count("renameat")[-1]
    steps.arm("-o /dev/null -e trace=%s -e inject=%s:signal=ABRT:when=%d"
              % (call, call, number))
    return path


def hanging():
    return _script("hanging", "echo $$ >%s/pid\nexec /bin/sleep 600\n"
                   % FOLDER)


def garbage():
    return _script("garbage",
                   "/usr/bin/head -c 300 /dev/urandom >&0\n"
                   "/bin/cat <&0 >/dev/null\n")


def text():
    return _script("text", "echo 'AWS_PROFILE=sre; all is well' >&0\n"
                           "/bin/cat <&0 >/dev/null\n")


def nothing():
    return _script("nothing", "exit 0\n")


def flooding():
    return _script("flooding", "exec /usr/bin/yes 'status=ok' >&0\n")


def flooding_big():
    return _script("flooding-big", "exec /bin/dd if=/dev/zero bs=140000 >&0\n")


def lying():
    """A session that another place holds."""
    return _script("lying", r"""
printf 'protocol=1\0status=ok\0session=1001/%032d\0env=%s\0\0' 0 \
    AWS_SHARED_CREDENTIALS_FILE=/etc/shadow >&0
/bin/cat <&0 >/dev/null
""")


def late(milliseconds):
    """The real helper, whose answer is held up for so long."""
    path = steps.install()
    call, number = answer_call()
    steps.arm("-o /dev/null -e trace=%s -e inject=%s:delay_enter=%d:when=%d"
              % (call, call, milliseconds * 1000, number))
    return path


def _count(name):
    """(call, number) of each call of that name before the answer."""
    before = itertools.takewhile(
        lambda line: not line.startswith(ANSWER), steps.lines())
    # Some machines have only renameat2.
    calls = [match[0] for match in (
        re.match(name + r"\w*(?=\()", line) for line in before) if match]
    return [(call, number + 1) for number, call in enumerate(calls)]


def answer_call():
    """The (call, number) with which the helper answers an open: the first
    that sends to the connection. Needs a traced run before."""
    answer = next(line for line in steps.lines() if line.startswith(ANSWER))
    call = answer.partition("(")[0]
    return call, len(_count(call)) + 1


def trace_one_open(opened):
    """One good login through `opened(helper)`, to learn its calls."""
    path = steps.install()
    steps.arm_trace()
    opened(path)
    steps.disarm()
    steps.no_helper_left()
