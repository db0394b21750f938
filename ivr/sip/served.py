"""A request in, the refusal of what cannot be served out: methods, schemes, extensions and bodies.

Sources: RFC 3261 sections 8.2.1 to 8.2.3, RFC 4028 section 9.
"""

from __future__ import annotations

from collections.abc import Collection

from ivr.sip.message import Request
from ivr.sip.session_timer import MIN_SE, is_too_brief

__all__ = ["EXTENSIONS", "METHODS", "unserved"]

METHODS = ("INVITE", "ACK", "CANCEL", "BYE", "OPTIONS", "INFO", "NOTIFY", "UPDATE", "PRACK")
EXTENSIONS = ("timer", "100rel")
# The registry's methods that we do not serve; one that is in neither list is known to nobody.
_UNSERVED = frozenset({"MESSAGE", "PUBLISH", "REFER", "REGISTER", "SUBSCRIBE"})
_SCHEMES = ("sip", "sips", "tel")


def unserved(
    request: Request, methods: Collection[str], merged: bool
) -> tuple[int, tuple[tuple[str, str], ...]] | None:
    """The status and headers for what is refused before all else; None for a request to be served.

    ``methods`` are those we serve; ``merged``: the same INVITE is here already by another way.
    """
    if request.method not in methods:
        # Section 21.4.6: 405 where the method is "understood, but not allowed"; section 21.5.2: 501 where it
        # is not recognized. Section 8.2.1 wants Allow in the first.
        return 405 if request.method in _UNSERVED else 501, (("allow", ", ".join(methods)),)
    if request.uri.partition(":")[0].lower() not in _SCHEMES:
        return 416, ()
    if merged:
        return 482, ()
    required = [name for name in request.headers.tokens("require") if name not in EXTENSIONS]
    if required and request.method != "CANCEL":  # "ignored" there (section 8.2.2.3)
        return 420, (("unsupported", ", ".join(required)),)
    offers = request.method in ("INVITE", "UPDATE")
    if offers and request.body and request.content_type != "application/sdp":
        return 415, (("accept", "application/sdp"),)
    if request.body and (request.headers.first("content-encoding") or "identity").lower() != "identity":
        return 415, (("accept-encoding", "identity"),)
    if offers and is_too_brief(request):
        return 422, (("min-se", str(MIN_SE)),)  # RFC 4028 section 6: the 422 "MUST contain" it
    return None
