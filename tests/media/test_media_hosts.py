"""Which rows a host may mean: the same as in a table of sets, whatever comes and goes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ivr.media.hosts import Hosts

changes = st.tuples(st.booleans(), st.integers(1, 3), st.integers(0, 4))


@given(st.lists(changes, max_size=40))
def test_rows_are_found_by_their_host_until_they_leave(drawn: list[tuple[bool, int, int]]) -> None:
    hosts, known = Hosts(), {host: set[int]() for host in (1, 2, 3)}
    for comes, host, row in drawn:
        if comes:
            hosts.add(host, row)
            known[host].add(row)
        else:
            hosts.discard(host, row)
            known[host].discard(row)
        assert [sorted(hosts.rows(host)) for host in known] == [sorted(rows) for rows in known.values()]
        assert [hosts.count(host) for host in known] == [len(rows) for rows in known.values()]
    for host, rows in known.items():
        for row in rows:
            hosts.discard(host, row)
    assert not hosts._rows
