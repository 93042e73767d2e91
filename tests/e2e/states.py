"""States that a login program may be in when it opens a session.

SPDX-License-Identifier: Apache-2.0
"""
import os
import re
import resource
import signal


def limited():
    resource.setrlimit(resource.RLIMIT_NOFILE, (20, 20))
    resource.setrlimit(resource.RLIMIT_NPROC, (30, 30))


def closed():
    os.closerange(0, 3)


def no_file_size():
    # The hard limit too, where root may raise it again (CAP_SYS_RESOURCE).
    with open("/proc/self/status", encoding="ascii") as status:
        capabilities = re.search(r"CapEff:\s*(\w+)", status.read())[1]
    raised = int(capabilities, 16) >> 24 & 1
    resource.setrlimit(resource.RLIMIT_FSIZE, (
        0, 0 if raised else resource.RLIM_INFINITY))


def blocked():
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())


def children_ignored():
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)


def all_ignored():
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_IGN)


def deleted_folder():
    os.mkdir("/tmp/deleted")
    os.chdir("/tmp/deleted")
    os.rmdir("/tmp/deleted")


def least_important():
    os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    os.nice(19)


STATES = {
    "20 descriptors and 30 processes": limited,
    "descriptors 0 to 2 closed": closed,
    "umask 0777": lambda: os.umask(0o777),
    "umask 0": lambda: os.umask(0),
    "file size 0": no_file_size,
    "every signal blocked": blocked,
    "SIGCHLD ignored": children_ignored,
    "every signal ignored": all_ignored,
    "working directory deleted": deleted_folder,
    "nice 19 and SCHED_IDLE": least_important,
    "128 KiB of memory to lock": lambda: resource.setrlimit(
        resource.RLIMIT_MEMLOCK, (131072, 131072)),
}
