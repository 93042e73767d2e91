"""A test CA and the server's certificates, made into one folder.

SPDX-License-Identifier: Apache-2.0

    ca.pem ca.key    the CA; ca.pem is also the bundle a client is given
    ca/              the CA in a hashed folder, as OpenSSL's CApath wants it
    NAME.pem/.key    one server certificate for each NAME of KINDS

Made once: a folder that holds them already is used as it is, so that a
server which is started again keeps the CA that its clients were given.
"""
import datetime
import ipaddress
import os
import ssl
import subprocess

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

KINDS = ("good", "expired", "self-signed", "wrong-name")

NAMES = (
    "localhost",
    "sts.amazonaws.com",
    "sts.eu-west-1.amazonaws.com",
    "sts.eu-central-1.amazonaws.com",
    "sts.us-east-1.amazonaws.com",
    "sts.us-east-2.amazonaws.com",
    "sts.us-gov-west-1.amazonaws.com",
    "sts.cn-north-1.amazonaws.com.cn",
    "sts-fips.us-east-1.amazonaws.com",
    "sts.eu-west-1.api.aws",
)

TLS_VERSIONS = {
    "1.1": ssl.TLSVersion.TLSv1_1,
    "1.2": ssl.TLSVersion.TLSv1_2,
    "1.3": ssl.TLSVersion.TLSv1_3,
}


def _name(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _write(path, data, mode):
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)


def _key_bytes(key):
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _builder(subject, issuer, key, start, end):
    return (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
    )


def _alternative_names(names):
    found = [x509.DNSName(name) for name in names]
    if "localhost" in names:
        found.append(x509.IPAddress(ipaddress.ip_address("127.0.0.1")))
        found.append(x509.IPAddress(ipaddress.ip_address("::1")))
    return x509.SubjectAlternativeName(found)


def _make_ca(folder, now):
    key = ec.generate_private_key(ec.SECP256R1())
    name = "Local STS test CA"
    certificate = (
        _builder(name, name, key, now - datetime.timedelta(days=400),
                 now + datetime.timedelta(days=3650))
        .add_extension(x509.BasicConstraints(True, 0), True)
        .add_extension(
            x509.KeyUsage(False, False, False, False, False, True, True,
                          False, False), True)
        .add_extension(
            x509.SubjectKeyIdentifier.from_public_key(key.public_key()),
            False)
        .sign(key, hashes.SHA256())
    )
    _write(os.path.join(folder, "ca.key"), _key_bytes(key), 0o600)
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    path = os.path.join(folder, "ca.pem")
    _write(path, pem, 0o644)
    hashed = os.path.join(folder, "ca")
    os.makedirs(hashed, exist_ok=True)
    digest = subprocess.run(
        ["openssl", "x509", "-noout", "-subject_hash", "-in", path],
        check=True, stdout=subprocess.PIPE, timeout=30,
    ).stdout.decode().strip()
    _write(os.path.join(hashed, digest + ".0"), pem, 0o644)
    return key, name


def _make_server(folder, kind, ca_key, ca_name, now):
    key = ec.generate_private_key(ec.SECP256R1())
    start = now - datetime.timedelta(days=30)
    end = now + datetime.timedelta(days=365)
    names = NAMES
    if kind == "expired":
        end = now - datetime.timedelta(days=2)
    if kind == "wrong-name":
        names = ("sts.example.invalid",)
    subject = names[0]
    alone = kind == "self-signed"
    certificate = (
        _builder(subject, subject if alone else ca_name, key, start, end)
        .add_extension(x509.BasicConstraints(False, None), True)
        .add_extension(_alternative_names(names), False)
        .add_extension(
            x509.ExtendedKeyUsage(
                [x509.oid.ExtendedKeyUsageOID.SERVER_AUTH]), False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(
                key.public_key() if alone else ca_key.public_key()), False)
        .sign(key if alone else ca_key, hashes.SHA256())
    )
    _write(os.path.join(folder, kind + ".key"), _key_bytes(key), 0o600)
    _write(os.path.join(folder, kind + ".pem"),
           certificate.public_bytes(serialization.Encoding.PEM), 0o644)


def make(folder):
    """Make what is missing in `folder`; returns nothing."""
    last = os.path.join(folder, KINDS[-1] + ".pem")
    if os.path.exists(last):
        return
    os.makedirs(folder, exist_ok=True)
    # The real clock, whatever the server's own clock is set to.
    now = datetime.datetime.utcnow()
    ca_key, ca_name = _make_ca(folder, now)
    for kind in KINDS:
        _make_server(folder, kind, ca_key, ca_name, now)


def context(folder, kind, version):
    """A server's TLS context. `version` is None or a key of TLS_VERSIONS,
    and then the only one spoken."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if version == "1.1":
        # OpenSSL 3 speaks it at security level 0 alone.
        made.set_ciphers("ALL:@SECLEVEL=0")
    if version:
        # Never a minimum above the maximum, not even between the two lines.
        made.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        made.maximum_version = TLS_VERSIONS[version]
        made.minimum_version = TLS_VERSIONS[version]
    made.load_cert_chain(os.path.join(folder, kind + ".pem"),
                         os.path.join(folder, kind + ".key"))
    return made
