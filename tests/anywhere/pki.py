"""Keys, certificates and CAs for the tests of IAM Roles Anywhere.

SPDX-License-Identifier: Apache-2.0
"""
import datetime
import ipaddress
import os

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import NameOID

KINDS = ("rsa2048", "rsa4096", "p256", "p384")
DAY = datetime.timedelta(days=1)


def new_key(kind):
    if kind.startswith("rsa"):
        return rsa.generate_private_key(65537, int(kind[3:]))
    if kind == "ed25519":
        return ed25519.Ed25519PrivateKey.generate()
    return ec.generate_private_key(
        {"p256": ec.SECP256R1, "p384": ec.SECP384R1}[kind]())


def name(common):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def now():
    return datetime.datetime.utcnow().replace(microsecond=0)


def pem(*certificates):
    return b"".join(each.public_bytes(serialization.Encoding.PEM)
                    for each in certificates)


def key_pem(key, passphrase=None, traditional=False):
    encryption = serialization.NoEncryption()
    if passphrase is not None:
        encryption = serialization.BestAvailableEncryption(passphrase)
    form = serialization.PrivateFormat.PKCS8
    if traditional:
        form = serialization.PrivateFormat.TraditionalOpenSSL
    return key.private_bytes(serialization.Encoding.PEM, form, encryption)


class Authority:
    """A CA: `certificate`, and issue()."""

    def __init__(self, common, parent=None, kind="p256"):
        self.key = new_key(kind)
        self.subject = name(common)
        signer = parent or self
        self.certificate = self._sign(
            self.subject, self.key.public_key(), signer, -DAY, 3650 * DAY,
            True, None)

    @staticmethod
    def _sign(subject, public_key, signer, start, end, is_ca, usage,
              serial=None, address=None):
        builder = (x509.CertificateBuilder()
                   .subject_name(subject).issuer_name(signer.subject)
                   .public_key(public_key)
                   .serial_number(serial or x509.random_serial_number())
                   .not_valid_before(now() + start)
                   .not_valid_after(now() + end)
                   .add_extension(x509.BasicConstraints(is_ca, None), True))
        signs = is_ca if usage is None else usage
        builder = builder.add_extension(x509.KeyUsage(
            digital_signature=usage is not False, content_commitment=False,
            key_encipherment=not signs, data_encipherment=False,
            key_agreement=False, key_cert_sign=is_ca, crl_sign=is_ca,
            encipher_only=False, decipher_only=False), True)
        if address is not None:
            builder = builder.add_extension(x509.SubjectAlternativeName(
                [x509.IPAddress(ipaddress.ip_address(address))]), False)
        return builder.sign(signer.key, hashes.SHA256())

    def issue(self, public_key, common="bastion.example", start=-DAY,
              end=30 * DAY, is_ca=False, usage=None, serial=None,
              address=None):
        """A certificate for that key; usage=False: it may not sign;
        address: of a TLS server."""
        return self._sign(name(common), public_key, self, start, end, is_ca,
                          usage, serial, address)


def write(path, content, mode=0o644, group=None):
    """A file, whole or not there; its path as a string."""
    path = str(path)
    with open(path + ".new", "wb") as file:
        file.write(content)
    os.chmod(path + ".new", mode)
    if group is not None:
        os.chown(path + ".new", 0, group)
    os.rename(path + ".new", path)
    return path
