"""States that a login program may be in when it opens a session.

SPDX-License-Identifier: Apache-2.0
"""
import ctypes
import os
import re
import resource
import signal
import struct

# The number of the system call, where it is known here.
RT_SIGACTION = {"x86_64": 13, "aarch64": 134}.get(os.uname().machine)


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
    # Those that libc keeps for itself, as the kernel is asked: SIG_IGN is 1.
    action = struct.pack("QQQQ", 1, 0, 0, 0)
    for number in range(32, signal.SIGRTMIN if RT_SIGACTION else 0):
        assert ctypes.CDLL(None).syscall(RT_SIGACTION, number, action, None,
                                         8) == 0


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
