"""The book of IPv6 addresses: numbers while they are held, and none for strangers."""

from __future__ import annotations

import ipaddress
import socket
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.net.addresses import Ipv6Addresses

ADDRESSES = st.ip_addresses(v=6).map(str)


def test_a_host_has_one_number_however_it_is_spelt_until_all_have_let_go():
    book = Ipv6Addresses()
    number = book.hold("2001:db8::1")
    assert book.hold("2001:DB8:0:0:0:0:0:1") == number != 0
    other = book.hold("2001:db8::2")
    assert other not in (0, number)
    book.release(number)
    assert book.key(("2001:db8::1", 7, 0, 0)) == number << 16 | 7
    book.release(number)
    assert book.key(("2001:db8::1", 7, 0, 0)) == 7
    assert len(book) == 1


def test_the_unspecified_address_is_nobody():
    book = Ipv6Addresses()
    assert book.hold("::") == 0
    book.release(0)
    assert len(book) == 0


@pytest.mark.parametrize("host", ["", "192.0.2.1", "pbx.example", "2001:db8::g"])
def test_what_is_no_ipv6_address_cannot_be_held(host):
    with pytest.raises(ValueError):
        Ipv6Addresses().hold(host)


def test_link_local_addresses_of_two_zones_are_two():
    """RFC 4007: fe80::1 is another machine on every link; elsewhere a zone says nothing."""
    book, loopback = Ipv6Addresses(), socket.if_nametoindex("lo")
    here, there, nowhere = (book.hold(f"fe80::1%{zone}") for zone in ("lo", loopback + 1, "no-such-zone"))
    assert len({here, there, nowhere}) == 3
    assert book.key((f"fe80::1%{loopback}", 9, 0, loopback)) == here << 16 | 9
    assert book.name(here << 16 | 9) == ("fe80::1", 9, 0, loopback)
    assert book.hold("2001:db8::1%lo") == book.hold("2001:db8::1")


@given(st.lists(st.tuples(ADDRESSES, st.integers(0, 65535)), max_size=150))
def test_what_is_written_for_the_kernel_is_read_back(remotes):
    book = Ipv6Addresses()
    keys = np.array([book.hold(host) << 16 | port for host, port in remotes], np.uint64)
    names = np.zeros(len(remotes), book.layout)
    book.write(names, keys)
    assert book.read(names).tolist() == keys.tolist()
    packed = [ipaddress.IPv6Address(host).packed for host, _ in remotes]
    assert [octets[:16] for octets in names["host"].tolist()] == packed
    assert [book.key(book.name(int(key))) for key in keys] == keys.tolist()
    strangers = Ipv6Addresses().read(names)
    assert strangers.tolist() == [port for _, port in remotes]


def test_callers_that_come_and_go_need_no_more_numbers_than_one():
    book = Ipv6Addresses()
    numbers = set()
    for caller in range(1, 1000):
        numbers.add(number := book.hold(f"2001:db8::{caller:x}"))
        book.release(number)
    assert len(numbers) == 1


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 200)), max_size=400))
def test_numbers_are_used_again_and_the_book_keeps_what_is_held_alone(steps):
    book, held, numbers = Ipv6Addresses(), Counter(), {}
    for hold, which in steps:
        host = f"2001:db8::{which + 1:x}"
        if hold:
            number = book.hold(host)
            assert numbers.setdefault(host, number) == number
            held[host] += 1
        elif held[host]:
            book.release(numbers[host])
            held[host] -= 1
            if not held[host]:
                del numbers[host]
        assert len(set(numbers.values())) == len(numbers) == len(book)
        assert all(0 < number < 512 for number in numbers.values())
