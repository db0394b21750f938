"""TLS: who is let in, who is believed, and files that change while connections stand."""

import contextlib
import ssl

import pytest
import trustme
from skin import Caller, Listener, Skin, message, until

from ivr.net.certificates import CertificateProblem, Certificates
from ivr.net.connections import Security
from ivr.net.stream import Limits
from ivr.peer import Peer

HOST = "127.0.0.1"
NAME = "pbx.test"


class Papers:
    """An authority and the files of one line: ``line.pem`` (certificate and key) and ``ca.pem``."""

    def __init__(self, folder) -> None:
        self.folder, self.authority, self.told = folder, trustme.CA(), []
        self.authority.cert_pem.write_to_path(folder / "ca.pem")
        self.issue()

    def issue(self, authority: trustme.CA | None = None) -> None:
        issued = (authority or self.authority).issue_cert(HOST, "line.test")
        new = self.folder / "new.pem"
        issued.private_key_and_cert_chain_pem.write_to_path(new)
        new.replace(self.folder / "line.pem")

    def certificates(self, clients="none", ca=True) -> Certificates:
        trusted = self.folder / "ca.pem" if ca else None
        return Certificates(self.folder / "line.pem", None, trusted, clients, self.told.append)

    def client(self, authority: trustme.CA | None = None, own: str | None = None) -> ssl.SSLContext:
        context = ssl.create_default_context()
        (authority or self.authority).configure_trust(context)
        if own is not None:
            self.authority.issue_cert(own).configure_cert(context)
        return context

    def server(self, *names: str) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.authority.issue_cert(*names).configure_cert(context)
        return context


@pytest.fixture
def papers(tmp_path) -> Papers:
    return Papers(tmp_path)


@contextlib.asynccontextmanager
async def opened(certificates: Certificates, name: str | None = None, **options):
    security = Security(certificates.serving, certificates.dialling, lambda peer: name)
    skin = Skin(security=security, **options)
    skin.door = skin.server.listen("TLS", HOST, 0)
    try:
        yield skin
    finally:
        await skin.server.close()
    assert skin.failures == []


async def test_messages_come_and_go_in_a_tunnel(papers):
    async with opened(papers.certificates()) as skin:
        caller = await Caller.dial(skin.door, ssl=papers.client())
        said = b"".join(message(b"%d" % turn * 500) for turn in range(100))
        caller.send(b"\r\n\r\n" + said)
        assert await caller.hears(b"\r\n" + said)
        assert skin.machine.received[0][1].transport == "TLS"
        await caller.close()
        await until(lambda: skin.server.connections == 0)


async def test_a_stranger_does_not_even_see_the_certificate(papers):
    async with opened(papers.certificates(), admit=lambda host, transport: False) as skin:
        with pytest.raises(OSError):
            await Caller.dial(skin.door, ssl=papers.client())
        assert skin.server.gate.strangers == 1


@pytest.mark.parametrize("said", [b"", message(), b"\x16\x03\x01"])
async def test_a_handshake_that_goes_wrong_or_nowhere_frees_its_place(papers, said):
    async with opened(papers.certificates(), limits=Limits(each=1, handshake=0.1)) as skin:
        caller = await Caller.dial(skin.door)
        caller.send(said)
        await caller.hung_up()
        await caller.close()

        async def comes_in():
            with contextlib.suppress(OSError):
                return await Caller.dial(skin.door, ssl=papers.client())

        while (caller := await comes_in()) is None:
            pass
        caller.send(message())
        assert await caller.hears(message())
        await caller.close()


async def test_versions_before_1_2_are_refused(papers):
    for context in (papers.certificates().serving(), papers.certificates().dialling()):
        assert context.minimum_version == ssl.TLSVersion.TLSv1_2


@pytest.mark.parametrize(
    ("clients", "own", "let_in"),
    [
        ("none", None, True),
        ("optional", None, True),
        ("optional", "phone.test", True),
        ("required", "phone.test", True),
        ("required", None, False),
    ],
)
async def test_clients_show_certificates_as_the_setting_says(papers, clients, own, let_in):
    async with opened(papers.certificates(clients)) as skin:
        caller = await Caller.dial(skin.door, ssl=papers.client(own=own))
        caller.send(message())
        if let_in:
            assert await caller.hears(message())
        else:
            assert await caller.hung_up() == b""
            assert skin.machine.received == []
        await caller.close()


async def test_a_clients_certificate_of_another_authority_is_refused(papers):
    context = papers.client()
    trustme.CA().issue_cert("phone.test").configure_cert(context)
    async with opened(papers.certificates("optional")) as skin:
        caller = await Caller.dial(skin.door, ssl=context)
        caller.send(message())
        assert await caller.hung_up() == b""
        assert skin.machine.received == []
        await caller.close()


@pytest.mark.parametrize(
    ("names", "looked_up", "believed"),
    [
        ([NAME], NAME, True),
        ([HOST], None, True),
        ([NAME], None, False),
        (["other.test"], NAME, False),
        ([HOST], NAME, False),
    ],
)
async def test_a_server_is_believed_by_the_name_that_led_to_it(papers, names, looked_up, believed):
    async with opened(papers.certificates(), looked_up) as skin:
        listener = Listener()
        there = await listener.open(transport="TLS", ssl=papers.server(*names))
        skin.machine.out.append((message(b"secret"), there))
        skin.server.flush()
        if believed:
            await until(lambda: listener.heard == message(b"secret"))
        else:
            await until(lambda: skin.machine.unreached == [there])
            assert listener.heard == b""
        await listener.close()


async def test_a_server_of_another_authority_is_not_believed(papers):
    certificates = papers.certificates()
    papers.authority = trustme.CA()
    async with opened(certificates) as skin:
        listener = Listener()
        there = await listener.open(transport="TLS", ssl=papers.server(HOST))
        skin.machine.out.append((message(b"secret"), there))
        skin.server.flush()
        await until(lambda: skin.machine.unreached == [there])
        await listener.close()


async def test_changed_files_serve_the_next_handshake_and_connections_go_on(papers):
    async with opened(papers.certificates()) as skin:
        before = await Caller.dial(skin.door, ssl=papers.client())
        other = trustme.CA()
        papers.issue(other)
        after = await Caller.dial(skin.door, ssl=papers.client(other))
        for caller in (before, after):
            caller.send(message())
            assert await caller.hears(message())
            await caller.close()
        assert papers.told == [None]


async def test_a_bad_file_keeps_the_old_one_and_is_told_once(papers):
    certificates = papers.certificates()
    async with opened(certificates) as skin:
        (papers.folder / "line.pem").write_text("not a certificate")
        for _ in range(2):
            caller = await Caller.dial(skin.door, ssl=papers.client())
            await caller.close()
        assert papers.told == [f"{papers.folder}/line.pem: no key without a password in PEM"]
        papers.issue()
        certificates.reload()
        assert papers.told[1:] == [None]


async def test_a_reload_is_told_even_when_nothing_has_changed(papers):
    certificates = papers.certificates()
    first = certificates.serving()
    assert certificates.serving() is first
    certificates.reload()
    assert certificates.serving() is not first
    assert papers.told == [None]


def test_each_file_that_cannot_be_used_is_named_with_its_reason(papers):
    folder = papers.folder
    other = papers.authority.issue_cert("other.test")
    other.private_key_pem.write_to_path(folder / "other.pem")
    (folder / "folder.pem").mkdir()
    line, ca = folder / "line.pem", folder / "ca.pem"
    for files, setting, reason in (
        ((folder / "gone.pem", None, None), "certificate", "cannot be read: No such file"),
        ((folder / "folder.pem", None, None), "certificate", "cannot be read: Is a directory"),
        ((line, folder / "gone.pem", None), "key", "cannot be read: No such file"),
        ((line, folder / "other.pem", None), "certificate", "the key does not belong to the certificate"),
        ((ca, None, None), "certificate", "no key without a password in PEM"),
        ((line, None, folder / "other.pem"), "ca", "holds no certificates in PEM"),
    ):
        with pytest.raises(CertificateProblem, match=reason) as caught:
            Certificates(*files)
        assert caught.value.setting == setting


async def test_without_a_certificate_tls_is_dialled_but_not_served(papers):
    certificates = Certificates(None, None, papers.folder / "ca.pem")
    skin = Skin(security=Security(None, certificates.dialling))
    with pytest.raises(ValueError, match="certificate"):
        skin.server.listen("TLS", HOST, 0)
    listener = Listener()
    there = await listener.open(transport="TLS", ssl=papers.server(HOST))
    assert there == Peer(HOST, there.port, "TLS")
    skin.machine.out.append((message(), there))
    skin.server.flush()
    await until(lambda: listener.heard == message())
    await listener.close()
    await skin.server.close()
