"""Every kind of broken request is answered, for each of the recorded models, as TensorFlow Serving was recorded to."""

import pytest

from fixtures.claims.bad_input.broken_request import BrokenRequest
from fixtures.claims.bad_input.kinds import BROKEN_REQUESTS
from fixtures.claims.bad_input.probed_server import ProbedServer
from fixtures.claims.bad_input.valid_request import ValidRequest
from fixtures.model.catalog import Model, ModelVersion
from fixtures.predict.local import LocalPredictor
from fixtures.predict.saved_model import SavedModel
from fixtures.samples import GeneratedSample
from fixtures.serving.model_server import ModelServer
from fixtures.serving.remote import RemoteProvider
from tests.embedded import exchanges
from tests.embedded.standin import StandIn

LARGE = {"garbage_of_16_mb", "cut_json_of_64_mb"}
MODELS = sorted(path.name for path in (exchanges.RECORDED / "models").glob("*"))


def probed_server(name: str, standin: StandIn) -> ProbedServer:
    """The highest version of a recorded model, sent generated samples."""
    path = max((exchanges.RECORDED / "models" / name).glob("[0-9]*"))
    version = ModelVersion(name, int(path.name), path)
    saved_model, sample = SavedModel(path), GeneratedSample(1)
    local = LocalPredictor(saved_model, next(iter(saved_model.signatures)))
    inputs, outputs = sample.inputs(local.signature), local.predict(sample)
    valid_request = ValidRequest(name, version.number, local.signature_name, local.signature, inputs, outputs)
    url, grpc = f"http://127.0.0.1:{standin.rest_port}", f"127.0.0.1:{standin.grpc_port}"
    model, provider = Model(name, path.parent, (version,), ()), RemoteProvider(url, grpc, 60, may_be_sent_load=True)
    served = ModelServer(model, provider.server(model), timeout_s=60)
    return ProbedServer(served, valid_request, timeout_s=60)


def objections(kind: BrokenRequest, to: ProbedServer) -> list[str]:
    answer = to.ask(kind)
    if answer.status == 200:
        to.expect_accepted_rightly(kind, answer)
    return kind.objections(answer, to.valid)


@pytest.mark.skipif(not MODELS, reason=exchanges.ABSENT)
@pytest.mark.parametrize("name", MODELS)
def test_broken_requests_are_answered_as_recorded(name: str, recorded_models: StandIn) -> None:
    model = probed_server(name, recorded_models)
    possible = [
        kind
        for kind in BROKEN_REQUESTS.values()
        if kind.unsupported(model.valid.signature, [model.valid.outputs]) is None
    ]
    small = [kind for kind in possible if kind.name not in LARGE]

    assert {kind.name: objections(kind, model) for kind in small} == {kind.name: [] for kind in small}
