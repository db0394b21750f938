"""Files of certificates and keys in, TLS contexts for the next handshakes out."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Literal

__all__ = ["CertificateProblem", "Certificates", "Clients"]

Clients = Literal["none", "optional", "required"]

_VERIFY: dict[str, ssl.VerifyMode] = {
    "none": ssl.CERT_NONE,
    "optional": ssl.CERT_OPTIONAL,
    "required": ssl.CERT_REQUIRED,
}
_REASONS = {
    "KEY_VALUES_MISMATCH": "the key does not belong to the certificate",
    "CA_MD_TOO_WEAK": "it is signed in a way that is no longer safe",
    "EE_KEY_TOO_SMALL": "its key is too short to be safe",
}
_Marks = tuple[tuple[int, int, int] | None, ...]


class CertificateProblem(ValueError):
    """A file that cannot be used; ``setting`` is ``certificate``, ``key`` or ``ca``."""

    def __init__(self, setting: str, reason: str) -> None:
        super().__init__(reason)
        self.setting = setting


class Certificates:
    """Gives each handshake what the files held last time they were sound.

    Files that have changed are read when the next handshake asks, or on ``reload``. ``told`` hears of each
    change once: None when it is in use, or why the old ones stay.
    """

    def __init__(
        self,
        certificate: Path | None,
        key: Path | None,
        ca: Path | None,
        clients: Clients = "none",
        told: Callable[[str | None], None] = lambda problem: None,
    ) -> None:
        """Read the files; CertificateProblem where they cannot be used.

        Without ``key`` the certificate's file holds it, without ``ca`` the system's authorities are trusted.
        """
        self._certificate, self._key, self._ca, self._clients = certificate, key or certificate, ca, clients
        self._told = told
        self._marks = self._look()
        self._serving, self._dialling = self._read()

    def serving(self) -> ssl.SSLContext:
        """For the side that is connected to."""
        self._refresh()
        if self._serving is None:
            raise ValueError("without a certificate nothing is served")
        return self._serving

    def dialling(self) -> ssl.SSLContext:
        """For the side that connects; it verifies the server's certificate and its name, and shows ours."""
        self._refresh()
        return self._dialling

    def reload(self) -> None:
        """Read the files again, changed or not."""
        self._marks = self._look()
        try:
            self._serving, self._dialling = self._read()
        except CertificateProblem as problem:
            self._told(str(problem))
        else:
            self._told(None)

    def _refresh(self) -> None:
        if self._look() != self._marks:
            self.reload()

    def _look(self) -> _Marks:
        return tuple(_mark(file) for file in (self._certificate, self._key, self._ca))

    def _read(self) -> tuple[ssl.SSLContext | None, ssl.SSLContext]:
        for setting, file in (("certificate", self._certificate), ("key", self._key), ("ca", self._ca)):
            if file is not None:
                _see(setting, file)
        serving = None
        try:
            dialling = ssl.create_default_context(cafile=self._ca)
        except ssl.SSLError:
            raise CertificateProblem("ca", f"{self._ca} holds no certificates in PEM") from None
        if self._certificate is not None:
            serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            serving.verify_mode = _VERIFY[self._clients]
            if self._ca is not None:
                serving.load_verify_locations(self._ca)
            self._show(serving)
            self._show(dialling)
        for context in (serving, dialling):
            if context is not None:
                context.minimum_version = ssl.TLSVersion.TLSv1_2
        return serving, dialling

    def _show(self, context: ssl.SSLContext) -> None:
        """Let it show our certificate."""
        assert self._certificate is not None
        try:  # the password keeps OpenSSL from asking for one at the terminal
            context.load_cert_chain(self._certificate, self._key, password="")
        except (OSError, ValueError) as error:
            reason = _REASONS.get(getattr(error, "reason", None) or "", "no key without a password in PEM")
            raise CertificateProblem("certificate", f"{self._certificate}: {reason}") from None


def _mark(file: Path | None) -> tuple[int, int, int] | None:
    """What changes when a file does."""
    try:
        seen = file.stat() if file is not None else None
    except OSError:
        return None
    return None if seen is None else (seen.st_mtime_ns, seen.st_size, seen.st_ino)


def _see(setting: str, file: Path) -> None:
    try:
        file.read_bytes()
    except OSError as error:
        raise CertificateProblem(setting, f"{file} cannot be read: {error.strerror or error}") from None
