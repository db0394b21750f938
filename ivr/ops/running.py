"""Settings in, a line that answers calls out: the rooms are put together here and taken apart again."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from ivr.accounts.service import Accounts
from ivr.accounts.store import Store
from ivr.call.callers import Callers
from ivr.call.events import CertificatesRead, CertificatesRefused, Fault, Watcher
from ivr.call.line import Limits, Line
from ivr.call.speaker import Speaker
from ivr.errors import ConfigurationError
from ivr.media.addresses import Family
from ivr.media.plane import Plane
from ivr.media.wire import Ipv6
from ivr.net.addresses import IPV4, Addresses, Ipv6Addresses
from ivr.net.batch import Batch, LoopWire, MmsgWire, can_batch, open_wire
from ivr.net.certificates import CertificateProblem, Certificates
from ivr.net.connections import Security
from ivr.net.lag import LoopLag
from ivr.net.metronome import Metronome
from ivr.net.resolver import Resolver
from ivr.net.signalling import Seen, Signalling
from ivr.net.stream import Limits as StreamLimits
from ivr.ops.addresses import contact, our_host
from ivr.ops.collecting import collect_seldom
from ivr.ops.entrance import open_entrance
from ivr.ops.files import Files
from ivr.ops.neighbours import Neighbours
from ivr.ops.settings import Settings, TlsSettings
from ivr.peer import Peer
from ivr.sip.agent import UserAgent
from ivr.sip.timers import Timers
from ivr.speech.library import Library

__all__ = ["Running", "open_line", "read_certificates"]

_SWITCH_INTERVAL = 0.0005  # seconds: the media thread must not wait for the lock longer than this
_LEAVE_SECONDS = 2.0  # how long a registrar may take to let us go
_STREAMS_BESIDE = 64  # rows of the plane beyond max_calls, for calls that are just ending


@dataclass(frozen=True, slots=True)
class Running:
    """An open line and where it listens; ``reload`` reads certificates again."""

    line: Line
    store: Store
    addresses: tuple[Peer, ...]
    reload: Callable[[], None]


@asynccontextmanager
async def open_line(
    settings: Settings,
    files: Files,
    watch: Watcher,
    progress: Callable[[int, int], None] | None = None,
    seen: Seen | None = None,
) -> AsyncIterator[Running]:
    """Open store, voices, media and signalling, in this order; close them in the other.

    ``progress(done, total)`` counts the sentences rendered before the line opens; ``seen`` is shown every
    signalling datagram. ConfigurationError when
    an address is taken; StoreUnavailable, VoiceError.
    """
    sys.setswitchinterval(_SWITCH_INTERVAL)
    async with AsyncExitStack() as stack:
        store = await Store.open(settings.store.url.get_secret_value())
        stack.push_async_callback(store.close)
        speaker = await _speaker(settings, files, progress, stack)
        neighbours = Neighbours(settings)
        lag = LoopLag()
        registrar, guard = open_entrance(
            settings, neighbours.calls_per_second, lambda now: lag.seconds(now) > settings.sip.max_lag
        )
        agent = UserAgent(
            contact(settings.sip),
            lambda: secrets.token_hex(8),
            Timers(t1=settings.sip.t1),
            registrar,
            {c.realm: (c.user, c.password.get_secret_value()) for c in settings.credentials},
            guard=guard,
        )
        neighbours.registrations_at = agent.registrars.at
        line: Line | None = None
        plane = _plane(settings, lambda event: line.tell(event) if line is not None else None)
        line = Line(
            agent,
            plane,
            files.plans,
            Accounts(store, time_limit=settings.store.time_limit),
            speaker,
            Callers(
                neighbours.trusted_country,
                {phone.user: phone.number for phone in settings.phones},
                registrar.user_at,
                neighbours.number,
            ),
            Limits(settings.sip.max_calls, settings.sip.retry_after, settings.sip.answer_after),
            lambda: datetime.now(UTC),
            our_host(settings.sip),
            watch,
        )
        metronome = Metronome(plane.tick, failed=lambda error: watch(Fault("media", error)))
        metronome.start()
        stack.callback(_close_media, metronome, plane)

        def told(problem: str | None) -> None:
            watch(CertificatesRead() if problem is None else CertificatesRefused(problem))

        certificates = read_certificates(settings.sip.tls, told)
        resolver = Resolver({one.family for one in settings.sip.listen})
        signalling = Signalling(
            agent,
            line.take_events,
            lambda error: watch(Fault("signalling", error)),
            seen=seen,
            admit=neighbours.knows,
            limits=StreamLimits(settings.sip.max_connections, settings.sip.max_connections_each),
            security=Security(certificates.serving, certificates.dialling, resolver.name_of),
            look_up=resolver.look_up,
        )
        line.flush = signalling.flush
        stack.push_async_callback(signalling.close)
        lag.start()
        stack.callback(lag.stop)
        addresses = _listen(signalling, settings)
        _register(settings, agent, line)
        stack.push_async_callback(_unregister, agent, line)
        stack.callback(collect_seldom())
        yield Running(line, store, addresses, certificates.reload)


async def _speaker(
    settings: Settings,
    files: Files,
    progress: Callable[[int, int], None] | None,
    stack: AsyncExitStack,
) -> Speaker:
    library = Library(settings.speech.cache, settings.speech.spoken(), settings.speech.workers)
    await stack.enter_async_context(library)
    languages = {plan.line.language for plan in files.plans}
    sentences = [
        (name, words) for name in sorted(languages) for words in files.catalogue.fixed_sentences(name)
    ]
    await library.prepare(sentences, progress)
    speaker = Speaker(files.catalogue, library)
    for language in languages:
        await speaker.prepare(language)
    return speaker


def _plane(settings: Settings, tell: Callable[..., None]) -> Plane:
    """Media in the families that signalling is heard in, at its address where that is one."""
    batched = can_batch() if settings.media.batch == "auto" else settings.media.batch == "mmsg"

    def opener(family: Family, addresses: Addresses) -> Callable[[int], MmsgWire | LoopWire]:
        hosts = {one.host for one in settings.sip.listen if one.family == family}
        host = hosts.pop() if len(hosts) == 1 else ("0.0.0.0" if family == 4 else "::")
        batch = Batch(addresses=addresses) if batched else None
        return lambda port: open_wire(host, port, batch, addresses)

    families, book = {one.family for one in settings.sip.listen}, Ipv6Addresses()
    return Plane(
        opener(4, IPV4) if 4 in families else None,
        settings.media.ports.even,
        tell,
        settings.sip.max_calls + _STREAMS_BESIDE,
        settings.media.silent_after,
        ipv6=Ipv6(opener(6, book), book) if 6 in families else None,
    )


def _close_media(metronome: Metronome, plane: Plane) -> None:
    metronome.stop()
    plane.shutdown()


def read_certificates(
    tls: TlsSettings, told: Callable[[str | None], None] = lambda problem: None
) -> Certificates:
    """The files of ``[sip.tls]``; ConfigurationError where they cannot be used. ``told`` hears of changes."""
    try:
        return Certificates(tls.certificate, tls.key, tls.ca, tls.clients, told)
    except CertificateProblem as problem:
        raise ConfigurationError("infoline.toml", f"sip.tls.{problem.setting}", str(problem)) from None


def _listen(signalling: Signalling, settings: Settings) -> tuple[Peer, ...]:
    """Open every socket there is a line for; the addresses bound, in the same order."""
    bound = []
    for one in settings.sip.listen:
        try:
            bound.append(signalling.listen(one.transport, one.host, one.port))
        except OSError as error:
            raise ConfigurationError(
                "infoline.toml", "sip.listen", f"cannot listen on {one}: {error.strerror or error}"
            ) from None
    return tuple(bound)


def _register(settings: Settings, agent: UserAgent, line: Line) -> None:
    for entry in settings.registrations:
        agent.registrars.register(entry.for_sip(), asyncio.get_running_loop().time())
    line.flush()


async def _unregister(agent: UserAgent, line: Line) -> None:
    """Take our bindings back, so that nobody calls a line that is closed."""
    agent.registrars.leave(asyncio.get_running_loop().time())
    line.flush()
    line.take_events()
    if agent.registrars.live:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LEAVE_SECONDS):
                await line.unregistered.wait()
