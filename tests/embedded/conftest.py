"""The stand-in that the recorded exchanges are replayed against: one for the whole run."""

from collections.abc import Iterator

import pytest

from tests.embedded import exchanges
from tests.embedded.standin import StandIn


@pytest.fixture(scope="session")
def recorded_models(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    if not exchanges.RECORDED.exists():
        pytest.skip(exchanges.ABSENT)
    with exchanges.serving(tmp_path_factory.mktemp("recorded")) as standin:
        yield standin
