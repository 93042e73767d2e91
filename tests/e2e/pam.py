"""A login without a program: this process calls libpam itself.

For tests where the caller does not matter. The PAM stack is our session line
alone, so the result of a call is the module's own.

SPDX-License-Identifier: Apache-2.0
"""
import ctypes
import os

import pytest

import leaks
from place import RUN, program

# /usr/include/security/_pam_types.h
SUCCESS, PERM_DENIED, USER_UNKNOWN, SESSION_ERR = 0, 6, 10, 14
# All of a stack ignored: libpam makes that PAM_PERM_DENIED, which the module
# never returns itself.
IGNORE = PERM_DENIED
SILENT = 0x8000
_TTY, _RHOST, _RUSER = 3, 4, 8
_TEXT_INFO, _ERROR_MSG = 4, 3
_UNSET = 2 ** 32 - 1  # /proc/PID/loginuid where nobody logged in
_FOLDER = "/tmp/pam.d"
_HELPER = program("awsrole-helper")
_LINE = "session [success=ok ignore=ignore default=bad] %s " % program(
    "pam_awsrole.so")


class _Message(ctypes.Structure):
    _fields_ = [("style", ctypes.c_int), ("text", ctypes.c_char_p)]


_CONVERSE = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.c_int,
    ctypes.POINTER(ctypes.POINTER(_Message)),
    ctypes.POINTER(ctypes.c_void_p), ctypes.c_void_p)


class _Conversation(ctypes.Structure):
    _fields_ = [("function", _CONVERSE), ("data", ctypes.c_void_p)]


_pam = ctypes.CDLL("libpam.so.0")
_libc = ctypes.CDLL(None)
_libc.calloc.restype = ctypes.c_void_p
_pam.pam_getenvlist.restype = ctypes.POINTER(ctypes.c_void_p)
_pam.pam_getenvlist.argtypes = [ctypes.c_void_p]
_libc.free.argtypes = [ctypes.c_void_p]
for _name in ("pam_open_session", "pam_close_session", "pam_end"):
    getattr(_pam, _name).argtypes = [ctypes.c_void_p, ctypes.c_int]


def _bytes(text):
    return text if isinstance(text, bytes) else os.fsencode(text)


class Login:
    """Opens a session at once. `result`: what pam_open_session returned;
    `environment`: the PAM environment then; `messages`: what the person was
    told. `options` goes to the end of the session line, `line` replaces it.
    """

    def __init__(self, user="alice", service="sshd", tty=None, rhost=None,
                 ruser=None, options="", flags=0, helper=None, line=None):
        self.messages = []
        self._ended = False
        os.makedirs(_FOLDER, exist_ok=True)
        if line is None:
            line = "helper=%s %s" % (helper or _HELPER, options)
        with open(os.path.join(_FOLDER, "other"), "wb") as file:
            file.write(b"session required pam_deny.so\n")
        with open(os.path.join(_FOLDER, service), "wb") as file:
            file.write(_bytes(_LINE) + _bytes(line) + b"\n")
        self._conversation = _Conversation(_CONVERSE(self._converse), None)
        self._handle = ctypes.c_void_p()
        result = _pam.pam_start_confdir(
            _bytes(service), _bytes(user), ctypes.byref(self._conversation),
            _bytes(_FOLDER), ctypes.byref(self._handle))
        assert result == SUCCESS, "pam_start_confdir: %d" % result
        for item, value in ((_TTY, tty), (_RHOST, rhost), (_RUSER, ruser)):
            if value is not None:
                result = _pam.pam_set_item(self._handle, item, _bytes(value))
                assert result == SUCCESS
        self.result = _pam.pam_open_session(self._handle, flags)
        self.environment = self.now()
        leaks.remember_session(self.environment)

    def _converse(self, count, messages, responses, _):
        for number in range(count):
            message = messages[number][0]
            assert message.style in (_TEXT_INFO, _ERROR_MSG), "a prompt"
            self.messages.append(message.text.decode("utf-8", "replace"))
        # One empty pam_response each, which libpam frees.
        responses[0] = _libc.calloc(count, 16)
        return SUCCESS

    def now(self):
        """The PAM environment at this moment."""
        found = {}
        entries = _pam.pam_getenvlist(self._handle)
        number = 0
        while entries[number]:
            name, _, value = ctypes.string_at(entries[number]).partition(b"=")
            found[os.fsdecode(name)] = os.fsdecode(value)
            _libc.free(entries[number])
            number += 1
        _libc.free(ctypes.cast(entries, ctypes.c_void_p))
        return found

    def close(self, flags=0):
        """pam_close_session alone."""
        return _pam.pam_close_session(self._handle, flags)

    def end(self):
        """Log out: what pam_close_session returned, which libpam makes a
        failure where the open failed or was ignored."""
        if self._ended:
            return SUCCESS
        self._ended = True
        result = self.close()
        _pam.pam_end(self._handle, result)
        return result

    def file(self, name="credentials"):
        """The text of one of the session's files."""
        with open(os.path.join(RUN, self.environment["AWSROLE_SESSION"],
                               name), encoding="utf-8") as file:
            return file.read()


@pytest.fixture
def login(run_awsrole):
    """login(...) makes a Login, which ends with the test at the latest."""
    made = []

    def make(*arguments, **more):
        made.append(Login(*arguments, **more))
        return made[-1]
    yield make
    for each in reversed(made):
        each.end()


@pytest.fixture
def no_loginuid():
    """This process has no audit login user meanwhile."""
    path = "/proc/self/loginuid"
    with open(path, encoding="ascii") as file:
        before = file.read()

    def put(text):
        with open(path, "w", encoding="ascii") as file:
            file.write(text)
    if int(before) == _UNSET:
        yield
        return
    try:
        put(str(_UNSET))
    except OSError as problem:
        pytest.skip("the audit login user cannot be unset: %s" % problem)
    yield
    put(before)
