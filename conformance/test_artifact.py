"""The files of the version are whole, and nothing in them does more than compute."""

from __future__ import annotations

from fixtures.claims.under_test import ModelUnderTest
from fixtures.errors import expect_no, expect_usable
from fixtures.graph.checkpoint import checkpoint_faults, restored
from fixtures.graph.exporter import TensorFlowVersions
from fixtures.graph.graph import Graph
from fixtures.graph.inspection import Inspection, number_faults
from fixtures.graph.scan import unknown_ops
from fixtures.model.catalog import ModelVersion
from fixtures.model.tensorflow import knows_op


def test_version_directory(version: ModelVersion, inspection: Inspection) -> None:
    """The directory is named by a positive integer, and no other is named by the same."""
    expect_usable(inspection.clashes)
    expect_no(number_faults(version))


def test_saved_model_parses(inspection: Inspection) -> None:
    """`saved_model.pb` parses and holds the graph to serve."""
    expect_usable(inspection.unreadable)


def test_graph_only_computes(version: ModelVersion, subject: ModelUnderTest, inspection: Inspection) -> None:
    """Beside saver and assets no op reads or writes files, runs Python, prints or opens sockets; else it is not run."""
    expect_usable(subject.blocked_because(version))
    expect_no(inspection.dangers)


def test_ops_are_known(graph: Graph) -> None:
    """Each op is one that TensorFlow knows, or a function of the graph's own library."""
    expect_usable(unknown_ops(graph, knows_op))


def test_variables_are_whole(version: ModelVersion, graph: Graph) -> None:
    """Every variable that the graph restores is in the checkpoint with its shape, its dtype and all its bytes."""
    expect_usable(checkpoint_faults(version.path, restored(graph)))


def test_exporter_is_not_newer_than_the_server(tensorflow_versions: TensorFlowVersions) -> None:
    """The server's TensorFlow is of the minor version that exported the SavedModel, or a newer one."""
    expect_no(tensorflow_versions.newer_exporter)
