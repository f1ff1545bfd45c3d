"""What the server answers is what the model computes in process."""

from __future__ import annotations

from fixtures.claims import Agree
from fixtures.predictions import LocalVersion, ServedVersion
from fixtures.samples import Sample


def test_rest_row(sample: Sample, local: LocalVersion, served: ServedVersion, agree: Agree) -> None:
    """A request in row format gets the local numbers and names the same class."""
    agree(served.predict_row(sample), local.predict(sample))


def test_rest_column(sample: Sample, local: LocalVersion, served: ServedVersion, agree: Agree) -> None:
    """A request in column format gets the local numbers and names the same class."""
    agree(served.predict_column(sample), local.predict(sample))


def test_batches_agree_with_single_requests(
    batched_samples: tuple[Sample, ...], served: ServedVersion, agree: Agree
) -> None:
    """Samples that are sent together get the numbers that each gets alone."""
    for batch, answer in served.predict_batches(batched_samples):
        agree(answer, served.predict_each(batch))
