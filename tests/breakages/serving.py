"""Servers that serve something else than the version, or say so."""

from __future__ import annotations

from fixtures.model.signature import TensorSpec
from tests.breakages.breakage import Breakage, with_outputs
from tests.helpers import colours
from tests.helpers.puppet import SIGNATURE, Puppet

BREAKAGES = {
    "not-available": Breakage(
        {"test_version_is_available"},
        puppet=lambda: Puppet(states={1: "AVAILABLE", 2: "END"}),
    ),
    "not-served": Breakage(
        {"test_version_is_available"},
        puppet=lambda: Puppet(states={1: "AVAILABLE"}),
    ),
    "numbers-of-another-version": Breakage(
        {
            "test_version_answers_its_own_numbers",
            "test_rest_row",
            "test_rest_column",
            "test_grpc",
            "test_other_words_get_the_same_answer",
            "test_large_batches_are_served_as_their_rows",
        },
        puppet=lambda: Puppet(compute=lambda version, image: colours.softmax(image, colours.SHARPNESS[1])),
    ),
    "unversioned-is-not-the-highest": Breakage(
        {"test_unversioned_path_answers_the_highest"},
        puppet=lambda: Puppet(unversioned=1),
    ),
    "metadata-of-another-dtype": Breakage(
        {"test_metadata_is_the_signature"},
        puppet=lambda: Puppet(
            published={"serving_default": with_outputs({"colour": TensorSpec(dtype="float64", shape=(-1, 3))})},
            grpc_published={"serving_default": SIGNATURE},
        ),
    ),
    "metadata-of-another-signature": Breakage(
        {"test_metadata_is_the_signature"},
        puppet=lambda: Puppet(published={"predict": SIGNATURE}, grpc_published={"serving_default": SIGNATURE}),
    ),
    "grpc-status-differs": Breakage(
        {"test_grpc_status_is_that_of_rest"},
        puppet=lambda: Puppet(grpc_states={1: "AVAILABLE"}),
    ),
    "grpc-metadata-differs": Breakage(
        {"test_grpc_metadata_is_the_signature"},
        puppet=lambda: Puppet(grpc_published={"serving_default": SIGNATURE, "predict": SIGNATURE}),
    ),
}
