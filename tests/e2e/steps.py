"""kill -9 of the helper just before a system call of one's choice.

A script stands in for the helper. While it is armed with a call and a
number, it runs the real helper under strace, which kills it there, and notes
how that ended; else it is the real helper.

SPDX-License-Identifier: Apache-2.0
"""
import os
import re

import place
from handle import FOLDER

SCRIPT = FOLDER + "/helper"
ARMED = FOLDER + "/armed"
ENDED = FOLDER + "/ended"
TRACE = FOLDER + "/trace"

# What changes a file, what others see of it, or what is said to the module
# and to AWS; and the end.
CALLS = ("mkdir mkdirat openat fchmod fchown flock fsetxattr write rename "
         "renameat renameat2 unlink unlinkat rmdir sendto sendmsg recvfrom "
         "recvmsg connect setresuid exit_group").split()
_ONLY_READ = re.compile(
    r'openat\(.*(\.so[.0-9]*"|\.gcda"|ld\.so\.cache"|"/proc/|"/sys/|"/usr/|"/dev/)')


def install():
    """Write the script; its path is for helper=."""
    os.makedirs(FOLDER, exist_ok=True)
    with open(SCRIPT, "w", encoding="utf-8") as file:
        file.write("""#!/bin/sh
if [ ! -e %s ]; then
    exec %s "$@"
fi
read -r options <%s
/usr/bin/strace -f -qq $options %s "$@"
echo $? >%s
""" % (ARMED, place.program("awsrole-helper"), ARMED,
       place.program("awsrole-helper"), ENDED))
    os.chmod(SCRIPT, 0o755)
    disarm()
    return SCRIPT


def arm(options):
    """From now on the helper runs under strace with these options."""
    with open(ARMED + ".new", "w", encoding="utf-8") as file:
        file.write(options + "\n")
    if os.path.exists(ENDED):
        os.unlink(ENDED)
    os.rename(ARMED + ".new", ARMED)


def arm_trace():
    arm("-o %s -s 200 -e trace=%s" % (
        TRACE, ",".join("?" + call for call in CALLS)))


def arm_kill(call, number):
    arm("-o /dev/null -e trace=%s -e inject=%s:signal=KILL:when=%d"
        % (call, call, number))


def disarm():
    if os.path.exists(ARMED):
        os.unlink(ARMED)


def killed():
    """Wait for the end of the helper: was it the kill?"""
    place.wait_for(lambda: os.path.exists(ENDED) and
                   os.path.getsize(ENDED) > 0, 10, "end of the helper")
    with open(ENDED, encoding="ascii") as ended:
        return ended.read().strip() == "137"


def lines():
    """The calls of the last traced run, as strace writes them."""
    place.wait_for(lambda: os.path.exists(ENDED), 10, "end of the helper")
    with open(TRACE, encoding="utf-8", errors="replace") as trace:
        return [re.sub(r"^\d+ +", "", line) for line in trace]


def steps():
    """(call, number) of every step of the last traced run that is worth a
    kill: not those that only load a library or read about the host."""
    seen = {}
    found = []
    for line in lines():
        match = re.match(r"(\w+)\(", line)
        if match is None:
            continue
        call = match[1]
        seen[call] = seen.get(call, 0) + 1
        if not _ONLY_READ.match(line):
            found.append((call, seen[call]))
    return found


def no_helper_left():
    """No helper runs any more, nor what ran it."""
    place.wait_for(lambda: not helpers(), 5, "end of every helper")


def helpers():
    """The pids that run one. A zombie does not run: it waits for a process 1
    that may be su, where that is the first of a pid namespace."""
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open("/proc/%s/stat" % name, encoding="utf-8",
                          errors="replace") as file:
                    comm, _, rest = file.read().rpartition(")")
            except OSError:
                continue
            if rest.split()[0] not in "ZX" and comm.partition("(")[2] in (
                    "awsrole-helper", "strace", "helper"):
                found.append(int(name))
    return found
