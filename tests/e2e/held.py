"""A login that stays open, and that commands are given to.

SPDX-License-Identifier: Apache-2.0
"""
import os
import pty
import re
import select
import signal
import subprocess
import termios
import time
import tty

import place


class Held:
    """A shell behind `command`: its standard input is ours.

    With `terminal` it gets a pseudo terminal of its own as controlling
    terminal. do() runs one line in the shell and returns (status, output).
    """

    def __init__(self, command, terminal=False, env=None, bound=20.0):
        self.bound = bound
        self.count = 0
        self.text = ""
        self.status = None
        if terminal:
            self.pid, self.out = pty.fork()
            if self.pid == 0:
                # The child: nothing of Python's may be left to run.
                try:
                    os.execvpe(command[0], command,
                               env if env is not None else dict(os.environ))
                finally:
                    os._exit(127)
            self.into = self.out
            mode = termios.tcgetattr(self.out)
            mode[tty.LFLAG] &= ~termios.ECHO
            termios.tcsetattr(self.out, termios.TCSANOW, mode)
            self.process = None
        else:
            self.process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT, env=env, bufsize=0)
            self.pid = self.process.pid
            self.into = self.process.stdin.fileno()
            self.out = self.process.stdout.fileno()

    def write(self, text):
        os.write(self.into, text.encode())

    def read_until(self, pattern, bound=None):
        """Read on until `pattern` is in what was read; the match."""
        end = time.monotonic() + (bound or self.bound)
        while True:
            match = re.search(pattern, self.text, re.S)
            if match:
                self.text = self.text[match.end():]
                return match
            left = end - time.monotonic()
            if left <= 0:
                raise AssertionError("no %r in time; so far: %r"
                                     % (pattern, self.text))
            if select.select([self.out], [], [], min(left, 0.5))[0]:
                try:
                    data = os.read(self.out, 65536)
                except OSError:  # a terminal whose other side closed
                    data = b""
                if not data:
                    raise AssertionError("it ended; no %r in: %r"
                                         % (pattern, self.text))
                self.text += data.decode("utf-8", "replace")

    def do(self, line, bound=None):
        """Run one shell line: (exit status, what it wrote without the newline
        at its end)."""
        self.count += 1
        mark = "%d-%d" % (os.getpid(), self.count)
        # The marks do not stand in the line itself, which may be echoed.
        self.write("printf 'BEGIN=%%s\\n' %s; { %s\n} 2>&1; "
                   "printf '\\nEND=%%s=%%d=\\n' %s $?\n"
                   % (mark, line, mark))
        match = self.read_until(
            r"BEGIN=%s\r?\n(.*?)(?:\r?\n)?\r?\nEND=%s=(\d+)="
            % (mark, mark), bound)
        return int(match[2]), match[1].replace("\r", "")

    def environment(self):
        return place.environment(self.do("env")[1])

    def end(self, bound=None):
        """Leave as a person does; the exit status of the whole command."""
        if self.status is None:
            try:
                self.write("exit\n")
                if self.process is not None:
                    self.process.stdin.close()
            except OSError:
                pass
            self._wait(bound or self.bound)
        return self.status

    def kill(self, number=signal.SIGKILL):
        """Send a signal to the command and wait for its end."""
        if self.status is None:
            os.kill(self.pid, number)
            self._wait(self.bound)
        return self.status

    def _wait(self, bound):
        end = time.monotonic() + bound
        while self.status is None:
            try:
                pid, status = os.waitpid(self.pid, os.WNOHANG)
            except ChildProcessError:
                self.status = -1
                break
            if pid:
                self.status = os.waitstatus_to_exitcode(status)
                break
            if time.monotonic() > end:
                os.kill(self.pid, signal.SIGKILL)
                os.waitpid(self.pid, 0)
                self.status = -signal.SIGKILL
                self._close()
                raise AssertionError("it did not end in %g s: %r"
                                     % (bound, self.text))
            # A terminal must be read, or its writers stand still.
            if select.select([self.out], [], [], 0.01)[0]:
                try:
                    data = os.read(self.out, 65536)
                    self.text += data.decode("utf-8", "replace")
                    if not data:
                        time.sleep(0.01)
                except OSError:
                    time.sleep(0.01)
        self._close()

    def _close(self):
        if self.process is None:
            os.close(self.out)
        else:
            self.process.returncode = self.status
            self.process.stdout.close()
            if not self.process.stdin.closed:
                self.process.stdin.close()
