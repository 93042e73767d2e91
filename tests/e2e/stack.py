"""PAM stacks of a world: Debian's files with our line at their end.

SPDX-License-Identifier: Apache-2.0
"""
import os

from place import program

FOLDER = "/etc/pam.d"


class Stacks:
    """Remembers each file as it was, so that restore() gives it back."""

    def __init__(self):
        self.before = {}

    def _original(self, service):
        path = os.path.join(FOLDER, service)
        if service not in self.before:
            try:
                with open(path, encoding="utf-8") as file:
                    self.before[service] = file.read()
            except FileNotFoundError:
                self.before[service] = None
        return path, self.before[service] or ""

    def line(self, service, options="", control="optional", first="",
             last=""):
        """Give `service` our session line. `first` and `last` are lines that
        go before and behind the whole file."""
        path, original = self._original(service)
        ours = "session %s %s helper=%s %s" % (
            control, program("pam_awsrole.so"), program("awsrole-helper"),
            options)
        self._write(path, "\n".join([first, original, ours, last]))

    def without(self, service):
        """The file as Debian ships it, without our line."""
        path, original = self._original(service)
        self._write(path, original)

    def raw(self, service, text):
        path, _ = self._original(service)
        self._write(path, text)

    def restore(self):
        for service, text in self.before.items():
            path = os.path.join(FOLDER, service)
            if text is None:
                if os.path.exists(path):
                    os.unlink(path)
            else:
                self._write(path, text)
        self.before.clear()

    @staticmethod
    def _write(path, text):
        # Renamed into place: a login that begins meanwhile reads all of it.
        with open(path + ".new", "w", encoding="utf-8") as file:
            file.write(text.strip("\n") + "\n")
        os.rename(path + ".new", path)
