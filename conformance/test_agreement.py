"""What the server answers is what the model computes in process."""

from __future__ import annotations

import pytest

from fixtures.agreement import protocol_differences
from fixtures.claims import Agree
from fixtures.outcomes import expect_no
from fixtures.predictions import LocalVersion, ServedVersion
from fixtures.samples import Sample

pytestmark = pytest.mark.quick


def test_rest_row(sample: Sample, local: LocalVersion, served_in_rows: ServedVersion, agree: Agree) -> None:
    """A request in row format gets the local numbers and names the same class."""
    agree(local.predict(sample), served_in_rows.predict_row(sample))


def test_rest_column(sample: Sample, local: LocalVersion, served_over_rest: ServedVersion, agree: Agree) -> None:
    """A request in column format gets the local numbers and names the same class."""
    agree(local.predict(sample), served_over_rest.predict_column(sample))


def test_grpc(sample: Sample, local: LocalVersion, served_over_grpc: ServedVersion, agree: Agree) -> None:
    """A gRPC request gets the local numbers and names the same class."""
    agree(local.predict(sample), served_over_grpc.predict_grpc(sample))


def test_protocols_give_the_same_numbers(sample: Sample, served: ServedVersion, protocols: tuple[str, ...]) -> None:
    """REST in row format, REST in column format and gRPC give the same numbers to the last bit."""
    expect_no(protocol_differences(served.outputs_by_protocol(sample, protocols)))


def test_batches_agree_with_single_requests(
    batched_samples: tuple[Sample, ...], served_over_rest: ServedVersion, agree: Agree
) -> None:
    """Samples that are sent together get the numbers that each gets alone."""
    for batch, answer in served_over_rest.predict_batches(batched_samples):
        agree(served_over_rest.predict_each(batch), answer)
