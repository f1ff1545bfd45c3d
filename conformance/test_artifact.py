"""The files of the version are whole, and nothing in them does more than compute."""

from __future__ import annotations

from fixtures.artifact.checkpoint import checkpoint_faults, restored
from fixtures.artifact.exporter import TensorFlowVersions
from fixtures.artifact.graph import Graph
from fixtures.artifact.inspection import Inspection, number_faults
from fixtures.artifact.scan import unknown_ops
from fixtures.catalog import ModelVersion
from fixtures.gate import Subject
from fixtures.outcomes import expect_no, expect_usable
from fixtures.saved_model import knows_op


def test_version_directory(version: ModelVersion, inspection: Inspection) -> None:
    """The directory is named by a positive integer, and no other is named by the same."""
    expect_usable(inspection.clashes)
    expect_no(number_faults(version))


def test_saved_model_parses(inspection: Inspection) -> None:
    """`saved_model.pb` parses and holds the graph to serve."""
    expect_usable(inspection.unreadable)


def test_graph_only_computes(version: ModelVersion, subject: Subject, inspection: Inspection) -> None:
    """Beside saver and assets no op reads or writes files, runs Python, prints or opens sockets; else it is not run."""
    expect_usable(subject.hindrances(version))
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
