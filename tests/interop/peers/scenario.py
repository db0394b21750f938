"""Steps in, a SIPp scenario out: for calls that differ in a header or in their order of messages.

``write_scenario(folder, "hold", invite(), receive(200, rrs=True), ack(), ...)`` gives a file to play.
Requests of the dialog follow the route set and the Contact of the last response received with ``rrs``.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

__all__ = [
    "DEAF",
    "ack", "answer", "bye", "cancel", "challenged", "info", "invite", "keys", "note", "offer", "pause",
    "play", "receive", "receive_request", "refused_ack", "request", "until_told", "write_scenario",
]  # fmt: skip

VIA = "Via: SIP/2.0/[transport] [local_ip]:[local_port];branch={branch};rport"
FROM = "From: <sip:[from]@[local_ip]:[local_port]>;tag=[pid]SIPp[call_number]"
CONTACT = "Contact: <sip:[from]@[local_ip]:[local_port];transport=[transport]>"
DEAF = "Contact: <sip:[from]@[local_ip]:9;transport=[transport]>"  # a port where nobody listens
OUTSIDE = "sip:[service]@[remote_ip]:[remote_port]"


def offer(direction: str = "sendrecv", version: int = 1, host: str = "[media_ip]") -> str:
    """An SDP of the caller's law and RFC 4733 events as payload 96."""
    return "\n".join(
        [
            "v=0",
            f"o=sipp 53655765 {version} IN IP[local_ip_type] [local_ip]",
            "s=-",
            f"c=IN IP[media_ip_type] {host}",
            "t=0 0",
            "m=audio [media_port] RTP/AVP [payload] 96",
            "a=rtpmap:[payload] [encoding]/8000",
            "a=rtpmap:96 telephone-event/8000",
            "a=fmtp:96 0-15",
            f"a={direction}",
        ]
    )


def send(lines: Sequence[str], body: str, retrans: bool) -> str:
    length = "Content-Length: [len]" if body else "Content-Length: 0"
    kinds = {"v=0": ["Content-Type: application/sdp"], "Sig": ["Content-Type: application/dtmf-relay"]}
    text = "\n".join([*lines, *kinds.get(body[:3], []), length, "", body])
    again = ' retrans="500"' if retrans else ""
    return f"<send{again}><![CDATA[\n{text}\n]]></send>"


def invite(*headers: str, body: str | None = None, cseq: int = 1, contact: str = CONTACT) -> str:
    """The INVITE that opens the call; ``body=""`` leaves the offer to the line."""
    lines = [
        f"INVITE {OUTSIDE} SIP/2.0", VIA.format(branch="[branch]"), "Max-Forwards: 70", FROM,
        f"To: <{OUTSIDE}>", "Call-ID: [call_id]", f"CSeq: {cseq} INVITE", contact, *headers,
    ]  # fmt: skip
    return send(lines, offer() if body is None else body, retrans=True)


def request(method: str, cseq: int, *headers: str, body: str = "") -> str:
    """A request inside the dialog, confirmed or early."""
    lines = [
        f"{method} [next_url] SIP/2.0", VIA.format(branch="[branch]"), "Max-Forwards: 70", "[routes]", FROM,
        f"To: <{OUTSIDE}>[peer_tag_param]", "Call-ID: [call_id]", f"CSeq: {cseq} {method}", CONTACT, *headers,
    ]  # fmt: skip
    return send(lines, body, retrans=method != "ACK")


def info(key: str, cseq: int) -> str:
    """A key as SIP INFO."""
    return request("INFO", cseq, body=f"Signal={key}\nDuration=160")


def ack(cseq: int = 1, body: str = "") -> str:
    """The ACK of a 2xx, with the answer where the line has offered."""
    return request("ACK", cseq, body=body)


def bye(cseq: int) -> str:
    """The caller's goodbye and its answer."""
    return request("BYE", cseq) + receive(200)


def cancel(steps_back: int, cseq: int = 1) -> str:
    """The CANCEL of the INVITE that was sent so many steps before this one."""
    lines = [
        f"CANCEL {OUTSIDE} SIP/2.0", VIA.format(branch=f"[branch-{steps_back}]"), "Max-Forwards: 70", FROM,
        f"To: <{OUTSIDE}>", "Call-ID: [call_id]", f"CSeq: {cseq} CANCEL",
    ]  # fmt: skip
    return send(lines, "", retrans=True)


def refused_ack(steps_back: int, cseq: int = 1) -> str:
    """The ACK of a refusal of the INVITE that was sent so many steps before (RFC 3261 section 17.1.1.3)."""
    lines = [
        f"ACK {OUTSIDE} SIP/2.0", VIA.format(branch=f"[branch-{steps_back}]"), "Max-Forwards: 70", FROM,
        f"To: <{OUTSIDE}>[peer_tag_param]", "Call-ID: [call_id]", f"CSeq: {cseq} ACK",
    ]  # fmt: skip
    return send(lines, "", retrans=False)


def receive(status: int, *, rrs: bool = False, optional: bool = False, seconds: float = 8) -> str:
    """A response. ``rrs`` takes its Contact and Record-Route for what follows."""
    marks = ' rrs="true"' * rrs + ' optional="true"' * optional
    if not optional:
        marks += f' timeout="{round(seconds * 1000)}"'
    return f'<recv response="{status}"{marks}/>'


def note(status: int, variable: str, header: str, pattern: str) -> str:
    """A response that must have this header; what matches the pattern is ``[$variable]`` from then on."""
    found = f'search_in="hdr" header="{header}:" check_it="true" assign_to="{variable}"'
    return (
        f'<recv response="{status}" rrs="true" timeout="8000"><action>'
        f'<ereg regexp="{pattern}" {found}/></action></recv>'
    )


def challenged(status: int = 401) -> str:
    """A challenge; the next request with the header ``[authentication]`` answers it."""
    return f'<recv response="{status}" auth="true" timeout="8000"/>'


def receive_request(method: str, seconds: float = 8) -> str:
    """A request of the line's."""
    return f'<recv request="{method}" timeout="{round(seconds * 1000)}"/>'


def answer(status: int, reason: str, *headers: str, body: str = "") -> str:
    """The response to the request just received."""
    lines = [
        f"SIP/2.0 {status} {reason}", "[last_Via:]", "[last_Record-Route:]", "[last_From:]", "[last_To:]",
        "[last_Call-ID:]", "[last_CSeq:]", CONTACT, *headers,
    ]  # fmt: skip
    return send(lines, body, retrans=False)


def pause(seconds: float) -> str:
    """Nothing for so long."""
    return f'<pause milliseconds="{round(seconds * 1000)}"/>'


def until_told(seconds: float = 30) -> str:
    """Nothing until ``Sipp.go_on()`` says that enough has been heard; at the longest for so many seconds."""
    told = f'<recv request="MESSAGE" timeout="{round(seconds * 1000)}" ontimeout="goes-on"/>'
    return f'{told}<label id="goes-on"/>'


def keys(digits: str) -> str:
    """Keys as RFC 4733 events."""
    return f'<nop><action><exec play_dtmf="{digits}"/></action></nop>'


def play(capture: Path) -> str:
    """The RTP of a capture, at its own pace, while the scenario goes on."""
    return f'<nop><action><exec play_pcap_audio="{capture}"/></action></nop>'


def write_scenario(folder: Path, name: str, *steps: str) -> Path:
    """The scenario as a file."""
    file = folder / f"{name}.xml"
    text = "\n".join(steps)
    file.write_text(
        f'<?xml version="1.0" encoding="UTF-8"?>\n<scenario name="{name}">\n{text}\n</scenario>\n'
    )
    return file
