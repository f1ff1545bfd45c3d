"""Every kind of broken request is answered, for each of the recorded models, as TensorFlow Serving was recorded to."""

import pytest

from fixtures.catalog import Model, ModelVersion
from fixtures.predictions import LocalVersion
from fixtures.robustness.kind import Kind
from fixtures.robustness.kinds import KINDS
from fixtures.robustness.target import Target
from fixtures.robustness.victim import Victim
from fixtures.samples import GeneratedSample
from fixtures.saved_model import SavedModel
from fixtures.serving.endpoint import Endpoint
from fixtures.serving.remote import RemoteServer
from fixtures.serving.served import ServedModel
from tests.embedded import exchanges
from tests.embedded.standin import StandIn

LARGE = {"garbage_of_16_mb", "cut_json_of_64_mb"}
MODELS = sorted(path.name for path in (exchanges.RECORDED / "models").glob("*"))


def victim(name: str, standin: StandIn) -> Victim:
    """The highest version of a recorded model, sent generated samples."""
    path = max((exchanges.RECORDED / "models" / name).glob("[0-9]*"))
    version = ModelVersion(name, int(path.name), path)
    saved_model, sample = SavedModel(path), GeneratedSample(1)
    local = LocalVersion(saved_model, next(iter(saved_model.signatures)))
    inputs, outputs = sample.inputs(local.signature), local.predict(sample)
    target = Target(name, version.number, local.signature_name, local.signature, inputs, outputs)
    endpoint = Endpoint(f"http://127.0.0.1:{standin.rest_port}", ours=False, complete=False,
                        grpc=f"127.0.0.1:{standin.grpc_port}")  # fmt: skip
    served = ServedModel(Model(name, path.parent, (version,), ()), RemoteServer(endpoint), timeout_s=60)
    return Victim(served, target, timeout_s=60)


def objections(kind: Kind, to: Victim) -> list[str]:
    answer = to.ask(kind)
    if answer.status == 200:
        to.expect_taken_rightly(kind, answer)
    return kind.objections(answer, to.target)


@pytest.mark.skipif(not MODELS, reason=exchanges.ABSENT)
@pytest.mark.parametrize("name", MODELS)
def test_broken_requests_are_answered_as_recorded(name: str, recorded_models: StandIn) -> None:
    model = victim(name, recorded_models)
    possible = [
        kind for kind in KINDS.values() if kind.hindrance(model.target.signature, [model.target.outputs]) is None
    ]
    small = [kind for kind in possible if kind.name not in LARGE]

    assert {kind.name: objections(kind, model) for kind in small} == {kind.name: [] for kind in small}
