"""Keys in a PKCS#11 token (SoftHSM) and in a TPM (swtpm), for tests.

SPDX-License-Identifier: Apache-2.0
"""
import glob
import os
import shutil
import socket
import subprocess
import time

from cryptography.hazmat.primitives import serialization

import pki

SOFTHSM = ("/usr/lib/softhsm/libsofthsm2.so",
           "/usr/lib64/pkcs11/libsofthsm2.so",
           "/usr/lib64/softhsm/libsofthsm.so")
SOFTHSM_CONF = "/etc/softhsm/softhsm2.conf"
PLUGINS = ("/usr/lib*/*/engines-3/pkcs11.so", "/usr/lib64/engines-3/pkcs11.so",
           "/usr/lib*/*/ossl-modules/pkcs11.so",
           "/usr/lib64/ossl-modules/pkcs11.so")


def _run(*command, **more):
    ended = subprocess.run(command, stdout=subprocess.PIPE,
                           stderr=subprocess.STDOUT, timeout=60, check=False,
                           **more)
    assert ended.returncode == 0, "%s: %s" % (
        command, ended.stdout.decode(errors="replace"))
    return ended.stdout


def _lacking(programs, patterns):
    for program in programs:
        if shutil.which(program) is None:
            return "there is no %s" % program
    if patterns and not any(glob.glob(each) for each in patterns):
        return "OpenSSL has no plug-in for it"
    return None


class SoftHsm:
    """A token of its own, for the user awsrole. SoftHSM's own file decides
    where tokens are, since the helper takes nothing from an environment: only
    for a world, where that file may be written."""

    kinds = ("rsa2048", "rsa4096", "p256", "p384")
    pin = "98765432"

    def __init__(self, folder):
        self.folder = str(folder)
        self.label = "awsrole-test-%d" % os.getpid()
        self.module = [path for path in SOFTHSM if os.path.exists(path)][0]
        self.made = 0

    @staticmethod
    def missing():
        if not any(os.path.exists(path) for path in SOFTHSM):
            return "SoftHSM (softhsm2) is not installed"
        return _lacking(("softhsm2-util",), PLUGINS)

    def __enter__(self):
        self.tokens = os.path.join(self.folder, "tokens")
        os.makedirs(self.tokens, exist_ok=True)
        with open(SOFTHSM_CONF, "w", encoding="utf-8") as file:
            file.write("directories.tokendir = %s\n"
                       "objectstore.backend = file\n" % self.tokens)
        # As an administrator does on the host.
        os.chmod(os.path.dirname(SOFTHSM_CONF), 0o755)
        os.chmod(SOFTHSM_CONF, 0o644)
        _run("softhsm2-util", "--init-token", "--free", "--label", self.label,
             "--so-pin", "12345678", "--pin", self.pin)
        return self

    def __exit__(self, *_):
        subprocess.run(["softhsm2-util", "--delete-token", "--token",
                        self.label], stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, check=False)

    def _uri(self, label):
        return "pkcs11:token=%s;object=%s;type=private?module-path=%s" % (
            self.label, label, self.module)

    @property
    def absent(self):
        return self._uri("no-such-key")

    def new_key(self, kind):
        """(its URI, its public key)"""
        self.made += 1
        label = "key-%s-%d" % (kind, self.made)
        key = pki.new_key(kind)
        path = pki.write(os.path.join(self.folder, label), pki.key_pem(key),
                         0o600)
        _run("softhsm2-util", "--import", path, "--token", self.label,
             "--label", label, "--id", "%04x" % self.made, "--pin", self.pin)
        os.unlink(path)
        _run("chown", "-R", "awsrole", self.tokens)
        return self._uri(label), key.public_key()


class Tpm:
    """A TPM in software, where every program that names none looks for one:
    tcp port 2321."""

    kinds = ("rsa2048", "p256")
    pin = "tpm-secret"
    absent = "handle:0x81009999"

    def __init__(self, folder):
        self.folder = os.path.join(str(folder), "tpm")
        self.process = None
        self.made = 0

    @staticmethod
    def missing():
        why = _lacking(("swtpm", "tpm2_createprimary"),
                       ("/usr/lib*/*/ossl-modules/tpm2.so",
                        "/usr/lib64/ossl-modules/tpm2.so"))
        if why is None and glob.glob("/dev/tpm*"):
            return "this host has a TPM of its own, which would be used"
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", 2321))
            except OSError:
                return "port 2321 is taken"
        return why

    def __enter__(self):
        os.makedirs(self.folder, exist_ok=True)
        self.process = subprocess.Popen(
            ["swtpm", "socket", "--tpm2", "--tpmstate", "dir=" + self.folder,
             "--server", "type=tcp,port=2321,disconnect",
             "--ctrl", "type=tcp,port=2322",
             "--flags", "not-need-init,startup-clear"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        end = time.monotonic() + 10
        while True:
            try:
                socket.create_connection(("127.0.0.1", 2321), 1).close()
                return self
            except OSError:
                assert time.monotonic() < end, "swtpm does not listen"
                time.sleep(0.02)

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def _tool(self, name, *arguments):
        """One tool; what it leaves in the TPM's few places is flushed."""
        where = dict(os.environ,
                     TPM2TOOLS_TCTI="swtpm:host=127.0.0.1,port=2321")
        _run(name, *arguments, cwd=self.folder, env=where)
        _run("tpm2_flushcontext", "-t", cwd=self.folder, env=where)

    def new_key(self, kind):
        """(its handle, its public key), with an authorization value."""
        self.made += 1
        handle = "0x%x" % (0x81000000 + self.made)
        scheme = {"rsa2048": "rsa2048", "p256": "ecc256"}[kind]
        self._tool("tpm2_createprimary", "-Q", "-C", "o", "-c", "primary.ctx")
        self._tool("tpm2_create", "-Q", "-C", "primary.ctx", "-G", scheme,
                   "-p", self.pin, "-u", "key.pub", "-r", "key.priv", "-a",
                   "fixedtpm|fixedparent|sensitivedataorigin|userwithauth|"
                   "sign|noda")
        self._tool("tpm2_load", "-Q", "-C", "primary.ctx", "-u", "key.pub",
                   "-r", "key.priv", "-c", "key.ctx")
        self._tool("tpm2_evictcontrol", "-Q", "-C", "o", "-c", "key.ctx",
                   handle)
        self._tool("tpm2_readpublic", "-Q", "-c", handle, "-f", "pem", "-o",
                   "key.pem")
        with open(os.path.join(self.folder, "key.pem"), "rb") as file:
            return "handle:" + handle, serialization.load_pem_public_key(
                file.read())
