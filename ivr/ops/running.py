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
from functools import partial

from threadpoolctl import threadpool_limits

from ivr.accounts.service import Accounts
from ivr.accounts.store import Store
from ivr.call.admission import Limits
from ivr.call.callers import Callers
from ivr.call.events import CertificatesRead, CertificatesRefused, Fault, Watcher
from ivr.call.line import Line
from ivr.errors import ConfigurationError
from ivr.media.shards import Shards
from ivr.net.certificates import CertificateProblem, Certificates
from ivr.net.connections import Security
from ivr.net.lag import LoopLag
from ivr.net.metronome import Metronome
from ivr.net.resolver import Resolver
from ivr.net.signalling import Seen, Signalling
from ivr.net.stream import Limits as StreamLimits
from ivr.ops.addresses import contact, our_host
from ivr.ops.allocating import give_back_large_blocks
from ivr.ops.api.serving import serve_api
from ivr.ops.collecting import collect_when_idle
from ivr.ops.entrance import open_entrance
from ivr.ops.files import Files, read_again
from ivr.ops.neighbours import Neighbours
from ivr.ops.punctuality import tell_when_late
from ivr.ops.reloading import Reloading
from ivr.ops.settings import Settings, TlsSettings
from ivr.ops.settings_values import HostPort
from ivr.ops.settling import settle_in_background
from ivr.ops.sound import open_library, open_plane, prepare
from ivr.ops.strangers import tell_of_strangers
from ivr.peer import Peer
from ivr.sip.agent import UserAgent
from ivr.sip.guard import Guard
from ivr.sip.registration import Registrar
from ivr.sip.timers import Timers

__all__ = ["Running", "open_line", "read_certificates"]

_SWITCH_INTERVAL = 0.0005  # seconds: the media thread must not wait for the lock longer than this
_LEAVE_SECONDS = 2.0  # how long a registrar may take to let us go


@dataclass(frozen=True, slots=True)
class Running:
    """An open line and where it listens; ``reload`` reads certificates, dialplans and prompts again."""

    line: Line
    store: Store
    addresses: tuple[Peer, ...]
    reload: Callable[[], None]
    api: HostPort | None = None


@asynccontextmanager
async def open_line(
    settings: Settings,
    files: Files,
    watch: Watcher,
    progress: Callable[[int, int], None] | None = None,
    seen: Seen | None = None,
    again: Callable[[], Settings] | None = None,
) -> AsyncIterator[Running]:
    """Open store, voices, media and signalling, in this order; close them in the other.

    ``progress(done, total)`` counts the sentences rendered before the line opens; ``seen`` is shown every
    signalling message; ``again`` reads the settings once more when files are read again, for ``[dialplan]``
    and ``[prompts]`` alone. ConfigurationError when an address is taken; StoreUnavailable, VoiceError.
    """
    sys.setswitchinterval(_SWITCH_INTERVAL)
    give_back_large_blocks()
    async with AsyncExitStack() as stack:
        stack.enter_context(threadpool_limits(1))  # numpy's own threads would only spin beside the media's
        store = await Store.open(settings.store.url.get_secret_value())
        stack.push_async_callback(store.close)
        library = await open_library(settings, stack)
        edition = await prepare(library, files, progress)
        neighbours, lag = Neighbours(settings), LoopLag()
        registrar, guard = open_entrance(
            settings, neighbours.calls_per_second, lambda now: lag.seconds(now) > settings.sip.max_lag
        )
        agent = _agent(settings, registrar, guard)
        neighbours.registrations_at = agent.registrars.at
        line: Line | None = None
        plane = open_plane(settings, lambda event: line.tell(event) if line is not None else None)
        line = Line(
            agent,
            plane,
            edition,
            Accounts(store, terms=settings.terms(), time_limit=settings.store.time_limit),
            _callers(settings, neighbours, registrar),
            _limits(settings),
            lambda: datetime.now(UTC),
            our_host(settings.sip),
            watch,
            neighbours.takes_silence,
        )
        stack.callback(_move_media(plane, watch))
        signalling, certificates = _signalling(settings, agent, line, neighbours, watch, seen)
        stack.push_async_callback(signalling.close)
        lag.start()
        stack.callback(lag.stop)
        addresses = _listen(signalling, settings)
        _register(settings, agent, line)
        stack.push_async_callback(_unregister, agent, line)
        stack.callback(collect_when_idle(lambda: line.calls > 0))
        await stack.enter_async_context(settle_in_background(settings.cards, store, settings.terms(), watch))
        api = await stack.enter_async_context(serve_api(settings.api, store, settings.terms()))
        reloading = Reloading(partial(read_again, settings, again), library, edition, line.change, watch)
        stack.push_async_callback(reloading.close)

        def reload() -> None:
            certificates.reload()
            reloading.begin()

        yield Running(line, store, addresses, reload, api)


def _agent(settings: Settings, registrar: Registrar, guard: Guard) -> UserAgent:
    return UserAgent(
        contact(settings.sip),
        lambda: secrets.token_hex(8),
        Timers(t1=settings.sip.t1),
        registrar,
        {c.realm: (c.user, c.password.get_secret_value()) for c in settings.credentials},
        guard=guard,
        session_expires=round(settings.sip.session_expires),
    )


def _limits(settings: Settings) -> Limits:
    sip, speech = settings.sip, settings.speech
    return Limits(sip.max_calls, sip.retry_after, sip.answer_after, speech.bridge_after)


def _callers(settings: Settings, neighbours: Neighbours, registrar: Registrar) -> Callers:
    numbers = {phone.user: phone.number for phone in settings.phones}
    return Callers(neighbours.trusted_country, numbers, registrar.user_at, neighbours.number)


def _move_media(media: Shards, watch: Watcher) -> Callable[[], None]:
    """Let each plane tick in a thread of its own; gives what stops and closes them."""
    metronomes = [
        Metronome(plane.tick, failed=lambda error: watch(Fault("media", error))) for plane in media.planes
    ]
    ends = [tell_of_strangers(lambda: media.counts, watch)]
    for metronome in metronomes:
        metronome.start()
        ends.append(tell_when_late(metronome, watch))

    def stop() -> None:
        for end in ends:
            end()
        for metronome in metronomes:
            metronome.stop()
        media.shutdown()

    return stop


def _signalling(
    settings: Settings,
    agent: UserAgent,
    line: Line,
    neighbours: Neighbours,
    watch: Watcher,
    seen: Seen | None,
) -> tuple[Signalling, Certificates]:
    """The sockets' side of the user agent, not listening yet."""

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
    return signalling, certificates


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
