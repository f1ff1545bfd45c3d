"""Every broken request is answered, for each of the recorded models, as TensorFlow Serving was recorded to."""

import pytest

from fixtures.claims.bad_input.broken_request import BrokenRequest
from fixtures.claims.bad_input.every import BROKEN_REQUESTS
from fixtures.claims.bad_input.probed_server import ProbedServer
from fixtures.claims.bad_input.valid_request import first_accepted
from fixtures.model.catalog import Model, ModelVersion
from fixtures.predict.local import LocalPredictor
from fixtures.predict.saved_model import SavedModel
from fixtures.samples import GeneratedSample
from fixtures.serving.model_server import ModelServer
from fixtures.serving.remote import RemoteProvider
from tests.helpers import exchanges
from tests.helpers.standin import StandIn

LARGE = {"garbage_of_16_mb", "cut_json_of_64_mb"}
MODELS = sorted(path.name for path in (exchanges.RECORDED / "models").glob("*"))


def probed_server(name: str, standin: StandIn) -> ProbedServer:
    """The highest version of a recorded model, sent generated samples."""
    path = max((exchanges.RECORDED / "models" / name).glob("[0-9]*"))
    version = ModelVersion(name, int(path.name), path)
    saved_model = SavedModel(path)
    local = LocalPredictor(saved_model, next(iter(saved_model.signatures)))
    url, grpc = f"http://127.0.0.1:{standin.rest_port}", f"127.0.0.1:{standin.grpc_port}"
    model, provider = Model(name, path.parent, (version,), ()), RemoteProvider(url, grpc, 60, may_be_sent_load=True)
    served = ModelServer(model, provider.server(model), timeout_s=60)
    return ProbedServer(served, first_accepted(version, local, [GeneratedSample(1)]))


def objections(broken: BrokenRequest, to: ProbedServer) -> list[str]:
    answer = to.ask(broken)
    if answer.status == 200:
        to.expect_outputs(broken, answer)
    return broken.objections(answer, to.valid)


@pytest.mark.skipif(not MODELS, reason=exchanges.ABSENT)
@pytest.mark.parametrize("name", MODELS)
def test_broken_requests_are_answered_as_recorded(name: str, recorded_models: StandIn) -> None:
    model = probed_server(name, recorded_models)
    possible = [
        broken
        for broken in BROKEN_REQUESTS.values()
        if broken.unsupported(model.valid.signature, [model.valid.outputs]) is None
    ]
    small = [broken for broken in possible if broken.name not in LARGE]

    assert {broken.name: objections(broken, model) for broken in small} == {broken.name: [] for broken in small}
