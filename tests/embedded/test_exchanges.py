"""Each exchange recorded from TensorFlow Serving gets the same reply here, but for the known differences."""

import pytest

from tests.helpers import exchanges
from tests.helpers.exchanges import Exchange
from tests.helpers.standin import StandIn

CASES = [(api, exchange) for api in ("rest", "grpc") for exchange in exchanges.recorded(api)]
IDS = [f"{api}/{exchange['id']}" for api, exchange in CASES]
KNOWN = exchanges.known_differences()

pytestmark = pytest.mark.skipif(not CASES, reason=exchanges.ABSENT)


@pytest.mark.parametrize(("api", "exchange"), CASES, ids=IDS)
def test_same_reply(api: str, exchange: Exchange, recorded_models: StandIn) -> None:
    got = exchanges.replay(api, exchange, recorded_models)
    want = exchanges.wanted(api, exchange)
    why = KNOWN.get(f"{api}/{exchange['id']}")
    if why:
        assert not exchanges.same(got, want), f"is the same after all: remove it from the known differences ({why})"
    else:
        assert exchanges.same(got, want), f"\nwant {want}\ngot  {got}"


def test_known_differences_are_recorded_exchanges() -> None:
    assert set(KNOWN) <= set(IDS)
    assert all(KNOWN.values()), "each says why"


@pytest.mark.parametrize(
    ("got", "want"),
    [
        pytest.param([200, {"a": 1}], [200, {"a": 1.0}], id="int for float"),
        pytest.param([200, {"a": 1}], [400, {"a": 1}], id="status"),
        pytest.param([200, {"a": 1.0}], [200, {"a": 1.0, "b": 2}], id="missing member"),
        pytest.param([200, [1.0]], [200, [1.0000001]], id="number"),
        pytest.param([400, {"error": "x"}], [400, {"error": "x "}], id="error text"),
    ],
)
def test_comparison_tells_them_apart(got: object, want: object) -> None:
    assert not exchanges.same(got, want)
