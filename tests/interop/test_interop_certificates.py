"""What OpenSSL sees of the line's TLS, and what becomes of it when the certificate is renewed under way."""

import signal
import ssl
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from peers.baresip import Baresip
from peers.certificates import Certificates, make_certificates
from peers.line import PLAIN_PHONE, Line
from peers.process import until
from sentences import PHONES_CREDIT, hears

TRUSTED = "Verify return code: 0 (ok)"


def openssl(server: tuple[str, int], ca: Path, *more: str) -> str:
    """What ``openssl s_client`` prints of a handshake that checks the server's name."""
    command = ["openssl", "s_client", "-connect", f"{server[0]}:{server[1]}", "-CAfile", str(ca)]
    run = subprocess.run(
        [*command, "-verify_ip", server[0], "-verify_return_error", *more],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=10, check=False,
    )  # fmt: skip
    return run.stdout + run.stderr


def shown(said: str) -> str:
    """The server's certificate in such a print, as DER in hex."""
    pem = said[said.index("-----BEGIN") : said.index("-----END CERTIFICATE-----") + 25]
    return ssl.PEM_cert_to_DER_cert(pem).hex()


@pytest.mark.parametrize(
    ("version", "heard"),
    [("tls1_1", "no peer certificate available"), ("tls1_2", TRUSTED), ("tls1_3", TRUSTED)],
)
def test_tls_1_2_and_newer_are_spoken(
    streams_line: Line, certificates: Certificates, version: str, heard: str
) -> None:
    said = openssl(streams_line.tls, certificates.ca, f"-{version}", "-cipher", "DEFAULT:@SECLEVEL=0")
    assert heard in said


def test_a_renewed_certificate_is_shown_after_sighup_and_the_call_goes_on(
    open_line: Callable[..., Line], baresip: Callable[..., Baresip], tmp_path: Path
) -> None:
    """A renewal by another authority: strangers see the new one, a caller from before goes on."""
    for name in ("old", "new"):
        (tmp_path / name).mkdir()
    old, new = make_certificates(tmp_path / "old"), make_certificates(tmp_path / "new")
    line = open_line(certificates=old, sip_more='digests = ["MD5"]')
    first = openssl(line.tls, old.ca)
    assert TRUSTED in first
    before = tmp_path / "before.pem"
    before.write_bytes(old.ca.read_bytes())
    with baresip(line.tls, PLAIN_PHONE, transport="tls", ca=before) as phone:
        phone.wait_till_registered()
        phone.dial("4488")
        old.show(new)
        line.process.tell(signal.SIGHUP)
        until(lambda: TRUSTED in openssl(line.tls, new.ca), 5, line.log)
        assert shown(openssl(line.tls, new.ca)) != shown(first)
        phone.press("2")
        phone.listen(6)
        phone.hang_up()
        found = hears(line, phone.heard(), PHONES_CREDIT, tmp_path)
    assert found.correlation > 0.9, f"the credit was not heard: {found}\n{line.log()[-2000:]}"


def test_a_renewal_that_is_broken_leaves_the_old_certificate(
    open_line: Callable[..., Line], tmp_path: Path
) -> None:
    (tmp_path / "old").mkdir()
    old = make_certificates(tmp_path / "old")
    line = open_line(certificates=old)
    first = shown(openssl(line.tls, old.ca))
    old.certificate.write_text("not a certificate", encoding="ascii")
    line.process.tell(signal.SIGHUP)
    until(lambda: str(old.certificate) in line.log() or "certificate" in line.log(), 5, line.log)
    assert shown(openssl(line.tls, old.ca)) == first
