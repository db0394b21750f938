"""``ivr run`` over TCP and TLS: a call on one connection, and certificates that change under way."""

import re
import signal
import socket
import ssl
from subprocess import Popen

import pytest
import trustme
from operator_desk import Desk, free_port, open_desk

SDP = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 8\r\n"


class Phone:
    """A caller on one connection."""

    def __init__(self, port: int, authority: trustme.CA | None = None) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self.transport = "TCP"
        if authority is not None:
            context = ssl.create_default_context()
            authority.configure_trust(context)
            self.socket = context.wrap_socket(self.socket, server_hostname="127.0.0.1")
            self.transport = "TLS"
        self.here = f"127.0.0.1:{self.socket.getsockname()[1]}"
        self.to, self.read = "<sip:4488@line>", b""

    def send(self, method: str, number: int, body: str = "") -> None:
        lines = [
            f"{method} sip:4488@line SIP/2.0",
            f"Via: SIP/2.0/{self.transport} {self.here};branch=z9hG4bK{self.here}-{number}{method}",
            f"From: <sip:777123456@phone>;tag={self.here}",
            f"To: {self.to}",
            f"Call-ID: {self.here}",
            f"CSeq: {number} {method}",
            "Max-Forwards: 70",
            f"Contact: <sip:a@{self.here};transport={self.transport.lower()}>",
            "Content-Type: application/sdp",
            f"Content-Length: {len(body)}",
        ]
        self.socket.sendall("\r\n".join([*lines, "", body]).encode())

    def hears(self, start: str) -> str:
        """The next message that starts so."""
        while True:
            head, end, rest = self.read.partition(b"\r\n\r\n")
            length = re.search(rb"(?i)content-length: *(\d+)", head)
            if not end or len(rest) < int(length[1] if length else 0):
                more = self.socket.recv(65535)
                assert more, "the line has closed the connection"
                self.read += more
                continue
            self.read = rest[int(length[1] if length else 0) :]
            if head.decode().startswith(start):
                return head.decode()

    def call(self) -> str:
        self.send("INVITE", 1, SDP)
        answer = self.hears("SIP/2.0 200")
        tag = re.search(r"(?im)^To:.*;tag=(\S+)", answer)
        assert tag is not None
        self.to += f";tag={tag[1]}"
        self.send("ACK", 1)
        return answer

    def hang_up(self) -> None:
        self.send("BYE", 2)
        self.hears("SIP/2.0 200")
        self.socket.close()


def until(process: Popen[str], words: str) -> str:
    said = ""
    assert process.stdout is not None
    for line in process.stdout:
        said += line
        if words in line:
            return said
    raise AssertionError(said)


@pytest.fixture
def desk(tmp_path) -> Desk:
    return open_desk(tmp_path)


def test_calls_come_by_tcp_and_tls_and_a_new_certificate_does_not_disturb_them(desk):
    authority, tls = trustme.CA(), free_port()

    def issue(by: trustme.CA) -> None:
        by.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(desk.folder / "line.pem")

    issue(authority)
    here = f"127.0.0.1:{desk.port}"
    desk.change("infoline.toml", f'listen = "{here}"', f'listen = ["{here}", "tls:127.0.0.1:{tls}"]')
    desk.change("infoline.toml", "[media]", '[sip.tls]\ncertificate = "line.pem"\n\n[media]')
    process = desk.start("run", "--demo")
    try:
        said = until(process, "Ctrl-C closes it")
        assert f"127.0.0.1:{desk.port} (UDP, TCP), 127.0.0.1:{tls} (TLS)" in said
        plain, secret = Phone(desk.port), Phone(tls, authority)
        assert f"<sip:127.0.0.1:{desk.port};transport=tcp>" in plain.call()
        assert f"<sip:127.0.0.1:{tls};transport=tls>" in secret.call()
        (desk.folder / "line.pem").write_text("nothing of use")
        process.send_signal(signal.SIGHUP)
        said = until(process, "certificates not read, the old ones stay")
        assert "Traceback" not in said
        other = trustme.CA()
        issue(other)
        process.send_signal(signal.SIGHUP)
        until(process, "certificates read")
        with pytest.raises(ssl.SSLError):
            Phone(tls, authority)
        newer = Phone(tls, other)
        newer.call()
        for phone in (plain, secret, newer):
            phone.hang_up()
        process.send_signal(signal.SIGTERM)
        rest = process.communicate(timeout=20)[0]
        assert (process.returncode, "Traceback" in rest) == (0, False)
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def test_a_taken_tcp_port_is_one_line_and_exit_1(desk):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", desk.port))
        taken.listen()
        process = desk.start("run")
        said = process.communicate(timeout=60)[0]
        assert process.returncode == 1
        assert f"sip.listen: cannot listen on tcp:127.0.0.1:{desk.port}: Address already in use" in said
        assert "Traceback" not in said
