"""Ports that a server can be told to listen on."""

from __future__ import annotations

import random
import socket

import pytest

from fixtures.serving import ports

pytestmark = pytest.mark.fast


def test_they_differ_and_can_be_listened_on() -> None:
    found = ports.free_ports(5)
    assert len(set(found)) == 5
    for port in found:
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", port))


def test_they_are_none_that_the_system_gives_whoever_connects() -> None:
    first = int(ports.EPHEMERAL.read_text().split()[0])
    assert all(port < first for port in ports.free_ports(50))


def test_a_port_that_is_taken_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        (free,) = ports.free_ports(1)
        monkeypatch.setattr(random.SystemRandom, "sample", lambda self, range_, count: [port, free])
        assert ports.free_ports(1) == [free]


def test_who_draws_at_the_same_time_draws_others() -> None:
    drawn = []
    for _ in range(2):
        random.seed(1)
        drawn.append(ports.free_ports(5))
    assert drawn[0] != drawn[1]
