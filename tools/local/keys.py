"""Secrets and certificates, made once at first run and kept in data/ for its owner alone."""

import os
import pathlib
import secrets
import subprocess
import time

from .settings import Trouble, data_folder

CERTIFICATE_DAYS = 820  # browsers refuse more
RENEW_BEFORE_S = 7 * 24 * 3600


def secret(name: str) -> str:
    """A random word kept in data/secrets/<name>, made at first use."""
    path = secret_file(name)
    return path.read_text().strip()


def secret_file(name: str) -> pathlib.Path:
    path = data_folder() / "secrets" / name
    if not path.exists():
        private_folder(path.parent)
        write_private(path, secrets.token_hex(24))
    return path


def kept(name: str, text: str) -> pathlib.Path:
    """data/secrets/<name> with this text: a secret that is put together from others."""
    path = private_folder(data_folder() / "secrets") / name
    if not path.exists() or path.read_text().strip() != text:
        write_private(path, text)
    return path


def gateway_certificate() -> pathlib.Path:
    """data/tls/tls.crt for localhost, its key tls.key beside it, signed by data/tls/ca.crt."""
    folder = private_folder(data_folder() / "tls")
    ca, ca_key, certificate, key = (folder / name for name in ("ca.crt", "ca.key", "tls.crt", "tls.key"))
    if not usable(ca):
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc", "-days", "3650",
                "-subj", "/O=Serai/CN=Serai on this machine", "-addext", "keyUsage=critical,keyCertSign,cRLSign",
                "-keyout", ca_key, "-out", ca)
    if not usable(certificate) or certificate.stat().st_mtime_ns < ca.stat().st_mtime_ns:
        openssl("req", "-x509", "-CA", ca, "-CAkey", ca_key, "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                "-noenc", "-days", CERTIFICATE_DAYS, "-subj", "/O=Serai/CN=localhost",
                "-addext", "basicConstraints=critical,CA:FALSE", "-addext", "extendedKeyUsage=serverAuth",
                "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", key, "-out", certificate)
    return certificate


def usable(certificate: pathlib.Path) -> bool:
    """Whether the certificate is there and will be valid for a while."""
    return certificate.exists() and subprocess.run(
        ["openssl", "x509", "-noout", "-checkend", str(RENEW_BEFORE_S), "-in", str(certificate)],
        capture_output=True).returncode == 0


def signing_keys() -> tuple[pathlib.Path, pathlib.Path]:
    """The folder with user's signing key and the folder with the gateway's public keys, named by kid."""
    signing, public = private_folder(data_folder() / "keys/user"), private_folder(data_folder() / "keys/gateway")
    current = signing / "signing-kid"
    if not current.exists():
        kid = time.strftime("%Y%m%d-") + secrets.token_hex(4)
        openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-pkeyopt",
                "ec_param_enc:named_curve", "-out", signing / f"{kid}.key.pem")
        openssl("pkey", "-in", signing / f"{kid}.key.pem", "-pubout", "-out", public / f"{kid}.pem")
        write_private(current, kid)
    return signing, public


def openssl(*words: object) -> None:
    done = subprocess.run(["openssl", *map(str, words)], capture_output=True, text=True, umask=0o077)
    if done.returncode:
        raise Trouble(f"openssl {words[0]} failed:\n{done.stderr.strip()}")


def private_folder(path: pathlib.Path) -> pathlib.Path:
    path.mkdir(parents=True, exist_ok=True)
    path.chmod(0o700)
    return path


def write_private(path: pathlib.Path, text: str) -> None:
    """Writes the file whole or not at all, readable by its owner only."""
    new = path.with_name(path.name + ".new")
    new.unlink(missing_ok=True)
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text + ("" if text.endswith("\n") else "\n"))
    new.replace(path)
