"""An application that is nothing but PAM: one login in a process of its own.

SPDX-License-Identifier: Apache-2.0
"""
import contextlib
import ctypes
import fcntl
import json
import os
import select
import signal

import place

FOLDER = "/etc/awsrole-test"   # root's, so that helper= may point into it
PAM_SUCCESS, PAM_SESSION_ERR = 0, 14
PAM_CONV_ERR = 19
PAM_SILENT = 0x8000

_pam = ctypes.CDLL("libpam.so.0")
_pam.pam_getenvlist.restype = ctypes.POINTER(ctypes.c_char_p)
_CONVERSE = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int, ctypes.c_void_p,
                             ctypes.c_void_p, ctypes.c_void_p)


class _Conversation(ctypes.Structure):
    _fields_ = [("converse", _CONVERSE), ("data", ctypes.c_void_p)]


def stack(options="", control="optional", helper=None, after=""):
    """A folder of PAM services, of which `su` is our line alone (`after` it
    comes). With `optional`, a line that always succeeds stands before."""
    os.makedirs(FOLDER + "/pam.d", exist_ok=True)
    first = "session required pam_permit.so\n" * (control == "optional")
    with open(FOLDER + "/pam.d/su", "w", encoding="utf-8") as file:
        file.write("%ssession %s %s helper=%s %s\n%s\n" % (
            first, control, place.program("pam_awsrole.so"),
            helper or place.program("awsrole-helper"), options, after))
    return FOLDER + "/pam.d"


class Handle:
    """Opens a session of `user` at once. `before` is called in the new
    process, before PAM. .code and .environment tell what came of it."""

    def __init__(self, user, folder, before=None, wait=True):
        into, self.into = os.pipe()
        self.out, out = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            try:
                into, out = _alone(into, out)
                if before is not None:
                    before()
                _serve(user, folder, into, out)
            finally:
                os._exit(1)
        os.close(into)
        os.close(out)
        self.ended = False
        self.code = self.environment = None
        if wait:
            self.opened()

    def opened(self, bound=20.0):
        """Wait until the open has returned."""
        answer = self._answer(bound)
        self.code = answer["code"]
        self.environment = answer["environment"]
        return self

    def close(self, bound=20.0):
        """pam_close_session(); its code."""
        os.write(self.into, b"c")
        answer = self._answer(bound)
        self.environment = answer["environment"]
        return answer["code"]

    def end(self):
        """pam_end(), which undoes an open session, and the end."""
        if not self.ended:
            try:
                os.write(self.into, b"e")
                self._answer(20.0)
            except BrokenPipeError:
                pass
            self._over()

    def kill(self):
        if not self.ended:
            os.kill(self.pid, signal.SIGKILL)
            self._over()

    def _over(self):
        os.close(self.into)
        os.close(self.out)
        os.waitpid(self.pid, 0)
        self.ended = True

    def _answer(self, bound):
        text = b""
        while not text.endswith(b"\n"):
            assert select.select([self.out], [], [], bound)[0], "no answer"
            more = os.read(self.out, 65536)
            assert more, "the application ended: %r" % text
            text += more
        return json.loads(text)

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.kill()


def _alone(*kept):
    """Close every descriptor above 2 but these, which move out of the way of
    a test that closes or fills the low numbers."""
    for name in os.listdir("/proc/self/fd"):
        if int(name) > 2 and int(name) not in kept:
            with contextlib.suppress(OSError):
                os.close(int(name))
    moved = [fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 16) for fd in kept]
    for fd in kept:
        os.close(fd)
    return moved


def _serve(user, folder, into, out):
    handle = ctypes.c_void_p()
    conversation = _Conversation(
        _CONVERSE(lambda *unused: PAM_CONV_ERR), None)
    code = _pam.pam_start_confdir(
        b"su", user.encode(), ctypes.byref(conversation), folder.encode(),
        ctypes.byref(handle))
    if code == PAM_SUCCESS:
        code = _pam.pam_open_session(handle, PAM_SILENT)
    _report(handle, code, out)
    while True:
        verb = os.read(into, 1)
        if verb == b"c":
            code = _pam.pam_close_session(handle, PAM_SILENT)
        elif verb == b"e":
            _pam.pam_end(handle, code)
            os.write(out, b"{}\n")
            os._exit(0)
        else:
            os._exit(2)
        _report(handle, code, out)


def _report(handle, code, out):
    environment = {}
    each = _pam.pam_getenvlist(handle)
    number = 0
    while each and each[number] is not None:
        name, _, value = each[number].decode().partition("=")
        environment[name] = value
        number += 1
    os.write(out, json.dumps(
        {"code": code, "environment": environment}).encode() + b"\n")
