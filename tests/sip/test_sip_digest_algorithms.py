from __future__ import annotations

import pytest

from ivr.sip.digest import Authenticator, Verdict, digest_response, read_parameters

BOTH = ("SHA-256", "MD5")


def door(*algorithms: str) -> Authenticator:
    return Authenticator("infoline", b"seal", {"jana": "heslo"}, algorithms)


def proof(challenge: str, algorithm: str) -> str:
    given = {"nonce": read_parameters(challenge)["nonce"], "uri": "sip:a", "qop": "auth", "nc": "00000001"}
    given |= {"cnonce": "c"}
    response = digest_response(algorithm, "jana", "infoline", "heslo", "REGISTER", given)
    told = {"username": "jana", "realm": "infoline", "algorithm": algorithm, "response": response} | given
    return "Digest " + ", ".join(f'{name}="{value}"' for name, value in told.items())


@pytest.mark.parametrize("order", [BOTH, BOTH[::-1], ("MD5",), ("SHA-256",)])
def test_challenges_come_in_the_order_preferred(order: tuple[str, ...]) -> None:
    """RFC 8760 section 2.4."""
    challenges = door(*order).challenges("10.0.0.1", 1000)
    assert tuple(read_parameters(challenge)["algorithm"] for challenge in challenges) == order


@pytest.mark.parametrize("algorithm", BOTH)
@pytest.mark.parametrize("offered", [BOTH, ("MD5",), ("SHA-256",)])
def test_only_an_algorithm_that_was_offered_is_accepted(offered: tuple[str, ...], algorithm: str) -> None:
    """A stronger demand cannot be met with the weaker proof."""
    lock = door(*offered)
    verdict, _ = lock.verify(
        proof(lock.challenges("10.0.0.1", 1000)[0], algorithm), "REGISTER", "10.0.0.1", 1000
    )
    assert verdict is (Verdict.GOOD if algorithm in offered else Verdict.NONE)
