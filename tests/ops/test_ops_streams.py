"""``ivr run`` over TCP and TLS: a call on one connection, and certificates that change under way."""

import signal
import socket
import ssl

import pytest
import trustme
from hand_phone import HandPhone
from operator_desk import Desk, free_port, open_desk, started, until


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
    with started(desk, "run", "--demo") as process:
        said = "\n".join(until(process, "Ctrl-C closes it"))
        assert f"127.0.0.1:{desk.port} (UDP, TCP), 127.0.0.1:{tls} (TLS)" in said
        plain, secret = HandPhone(desk.port, "TCP"), HandPhone(tls, "TLS", authority)
        assert f"<sip:127.0.0.1:{desk.port};transport=tcp>" in plain.call()
        assert f"<sip:127.0.0.1:{tls};transport=tls>" in secret.call()
        (desk.folder / "line.pem").write_text("nothing of use")
        process.send_signal(signal.SIGHUP)
        said = until(process, "certificates not read, the old ones stay")
        assert "Traceback" not in "\n".join(said)
        other = trustme.CA()
        issue(other)
        process.send_signal(signal.SIGHUP)
        until(process, "certificates read")
        with pytest.raises(ssl.SSLError):
            HandPhone(tls, "TLS", authority)
        newer = HandPhone(tls, "TLS", other)
        newer.call()
        for phone in (plain, secret, newer):
            phone.hang_up()
            phone.close()
        process.send_signal(signal.SIGTERM)
        rest = process.communicate(timeout=20)[0]
        assert (process.returncode, "Traceback" in rest) == (0, False)


def test_a_taken_tcp_port_is_one_line_and_exit_1(desk):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", desk.port))
        taken.listen()
        process = desk.start("run")
        said = process.communicate(timeout=60)[0]
        assert process.returncode == 1
        assert f"sip.listen: cannot listen on tcp:127.0.0.1:{desk.port}: Address already in use" in said
        assert "Traceback" not in said
