"""The stand-ins that many tests share: one on the recorded exchanges' models, one on a model that adds 1."""

from collections.abc import Iterator

import pytest

from tests.helpers import exchanges, tiny_models
from tests.helpers.standin import StandIn, running


@pytest.fixture(scope="session")
def recorded_models(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    if not exchanges.RECORDED.exists():
        pytest.skip(exchanges.ABSENT)
    with exchanges.serving(tmp_path_factory.mktemp("recorded")) as standin:
        yield standin


@pytest.fixture(scope="session")
def adder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    base = tmp_path_factory.mktemp("shared") / "adder"
    tiny_models.save_adder(base / "1", 1.0)
    with running(f"--model_base_path={base}", "--model_name=adder") as standin:
        yield standin
