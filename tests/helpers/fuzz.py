"""What the fuzz targets share: how long they try, and bytes that are nearly right."""

from __future__ import annotations

from contextlib import suppress

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

ODD = (
    b"\0", b"\xff", b"\n", b"'", b'"""', b"[" * 600, b"{a=" * 600, b"9" * 5000,
    b"\xe2\x80\xae", b"1e999", b"nan", b"=", b"a.b",
)  # fmt: skip


def tried(examples: int) -> settings:
    """So many examples, none of which is kept from one run to the next."""
    return settings(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))


no_error_but = suppress
"""Asserts that what is done goes well or raises that: any other exception fails the test."""


@st.composite
def mutated(draw: st.DrawFn, content: bytes) -> bytes:
    """The bytes with a few changes: some cut out, overwritten, doubled, or odd ones put between."""
    made = bytearray(content)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(made)))
        to = min(len(made), at + draw(st.integers(0, 40)))
        put = draw(st.sampled_from(ODD) | st.binary(max_size=12) | st.just(bytes(made[at:to]) * 2))
        made[at:to] = put
    return bytes(made)
