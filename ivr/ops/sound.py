"""Settings in, what makes and moves sound out: voices with their sentences, and the media plane."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AsyncExitStack

from ivr.call.edition import Edition
from ivr.call.speaker import Speaker
from ivr.media.addresses import Family
from ivr.media.plane import Plane
from ivr.media.shards import Shards
from ivr.media.wire import Ipv6
from ivr.net.addresses import IPV4, Addresses, Ipv6Addresses
from ivr.net.batch import Batch, LoopWire, MmsgWire, can_batch, open_wire
from ivr.net.filter import can_filter
from ivr.ops.files import Files
from ivr.ops.settings import Settings
from ivr.speech.library import Library

__all__ = ["open_library", "open_plane", "prepare"]

_STREAMS_BESIDE = 64  # rows of the plane beyond max_calls and a quarter of it, for calls that are just ending


async def open_library(settings: Settings, stack: AsyncExitStack) -> Library:
    """The voices; they are closed with the stack. VoiceError."""
    library = Library(settings.speech.cache, settings.speech.spoken(), settings.speech.workers)
    return await stack.enter_async_context(library)


async def prepare(
    library: Library,
    files: Files,
    progress: Callable[[int, int], None] | None = None,
    at_once: int | None = None,
    before: Edition | None = None,
) -> Edition:
    """The files as calls use them, with every fixed sentence said; calls go on meanwhile. VoiceError.

    No more than ``at_once`` sentences are made at one time, and those that sound as ``before`` not at all.
    """
    languages = {language for plan in files.plans for language in plan.line.languages}
    sentences = [
        (name, words)
        for name in sorted(languages)
        for words in files.catalogue.fixed_sentences(name)
        if not files.catalogue.recorded(name, words)
    ]
    await library.prepare(sentences, progress, at_once)
    speaker = Speaker(files.catalogue, library)
    for language in languages:
        await speaker.prepare(language, None if before is None else before.speaker)
    return Edition(files.plans, speaker, files.facts)


def open_plane(settings: Settings, tell: Callable[..., None]) -> Shards:
    """As many planes as the settings have; ``tell`` is called in the threads of all.

    Media in the families that signalling is heard in, at its address where that is one.
    """
    batched = can_batch() if settings.media.batch == "auto" else settings.media.batch == "mmsg"

    def opener(family: Family, addresses: Addresses) -> Callable[[int], MmsgWire | LoopWire]:
        hosts = {one.host for one in settings.sip.listen if one.family == family}
        host = hosts.pop() if len(hosts) == 1 else ("0.0.0.0" if family == 4 else "::")
        batch = Batch(addresses=addresses) if batched else None
        return lambda port: open_wire(host, port, batch, addresses)

    families = {one.family for one in settings.sip.listen}
    ports, shards = settings.media.ports.even, settings.media.shards

    def plane(shard: int) -> Plane:
        book = Ipv6Addresses()
        return Plane(
            opener(4, IPV4) if 4 in families else None,
            ports[shard::shards],
            tell,
            settings.sip.max_calls * 5 // 4 + _STREAMS_BESIDE,
            settings.media.silent_after,
            ipv6=Ipv6(opener(6, book), book) if 6 in families else None,
            symmetric=settings.media.symmetric,
            thins_out=settings.media.filter == "auto" and can_filter(),
        )

    return Shards([plane(shard) for shard in range(shards)])
