"""The server serves this version, under its number and as what it is."""

from __future__ import annotations

import pytest

from fixtures.claims.agreement import Agree
from fixtures.compare.difference import Sides
from fixtures.compare.interface import published_differences
from fixtures.errors import expect_no
from fixtures.model.catalog import ModelVersion
from fixtures.predict.local import LocalPredictor
from fixtures.predict.saved_model import SavedModel
from fixtures.predict.served import ServedPredictor
from fixtures.protocols.metadata import publication_differences
from fixtures.protocols.rest_column import COLUMN
from fixtures.samples import Sample
from fixtures.serving.model_server import ModelServer, state_differences

pytestmark = [pytest.mark.place(4), pytest.mark.quick]


def test_version_is_available(version: ModelVersion, served_model: ModelServer) -> None:
    """The server has loaded the version and says so.

    Fails when: the server did not load the version.
    Then: read the log lines in the failure.
    """
    served_model.expect_available(version.number)


@pytest.mark.agreement
def test_version_answers_its_own_numbers(
    few_samples: tuple[Sample, ...], local: LocalPredictor, served: ServedPredictor, agree: Agree
) -> None:
    """`/versions/N` is answered by version N and no other.

    Fails when: `/versions/N` answers other numbers than version N computes.
    Then: look which version is deployed under N.
    """
    agree(local.predict(few_samples[0]), served.predict(few_samples[0], COLUMN))


def test_unversioned_path_answers_the_highest(
    few_samples: tuple[Sample, ...], served: ServedPredictor, agree: Agree
) -> None:
    """A request that names no version is answered by the highest.

    Fails when: a request without a version gets another than the highest.
    Then: look at the model config file and its labels.
    """
    highest, unversioned = served.of_version(served.server.highest), served.of_version(None)
    for protocol in served.general_protocols:
        sides = Sides("without a version", "the highest", protocol.words)
        agree(highest.predict(few_samples[0], protocol).outputs, unversioned.predict(few_samples[0], protocol), sides)


def test_metadata_is_the_signature(version: ModelVersion, saved_model: SavedModel, served_model: ModelServer) -> None:
    """The signatures that the server publishes are the SavedModel's own.

    Fails when: the server publishes another signature than the SavedModel has.
    Then: look what the server serves instead.
    """
    metadata = served_model.metadata(version.number)
    expect_no(publication_differences(metadata, saved_model.signatures, version.number), metadata)


def test_grpc_status_is_that_of_rest(version: ModelVersion, served_model: ModelServer) -> None:
    """gRPC says of the version what REST says of it.

    Fails when: gRPC says another state of the version than REST.
    Then: look whether the two ports belong to different servers.
    """
    expect_no(state_differences(served_model, version.number))


def test_grpc_metadata_is_the_signature(
    version: ModelVersion, saved_model: SavedModel, served_model: ModelServer
) -> None:
    """The signatures that the server publishes over gRPC are the SavedModel's own.

    Fails when: another signature is published over gRPC than the SavedModel has.
    Then: look whether the two ports belong to different servers.
    """
    expect_no(published_differences(served_model.signatures_over_grpc(version.number), saved_model.signatures))
