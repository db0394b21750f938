"""A folder in, a certificate authority of the test's own and a server's certificate by it out."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import trustme

__all__ = ["Certificates", "make_certificates"]

NAMES = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Certificates:
    """PEM files: who signs, and what a server at 127.0.0.1 and ::1 shows (its certificate and key apart)."""

    ca: Path
    certificate: Path
    key: Path

    def copied_to(self, folder: Path) -> Certificates:
        """The same files in another folder, for a peer in a chroot."""
        folder.mkdir(exist_ok=True)
        return Certificates(*(shutil.copy(file, folder) for file in (self.ca, self.certificate, self.key)))

    def show(self, other: Certificates) -> None:
        """Put another certificate into the place of the one shown, as a renewal does."""
        for old, new in ((self.key, other.key), (self.certificate, other.certificate)):
            fresh = old.with_suffix(".new")
            fresh.write_bytes(new.read_bytes())
            fresh.replace(old)


def make_certificates(folder: Path) -> Certificates:
    """An authority nobody else trusts, and a certificate by it."""
    authority = trustme.CA()
    issued = authority.issue_cert(*NAMES)
    files = Certificates(folder / "ca.pem", folder / "server.pem", folder / "server.key")
    authority.cert_pem.write_to_path(files.ca)
    files.certificate.write_bytes(b"".join(blob.bytes() for blob in issued.cert_chain_pems))
    issued.private_key_pem.write_to_path(files.key)
    return files
