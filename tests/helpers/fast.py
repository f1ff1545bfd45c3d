"""The plugin of `make test-fast`: modules that say `pytest.mark.fast`, and no TensorFlow.

A test that imports TensorFlow all the same fails.
"""

from __future__ import annotations

import sys
from pathlib import Path

FAST = "pytestmark = pytest.mark.fast\n"

sys.modules["tensorflow"] = None  # type: ignore[assignment]


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Pass over other modules unread: some import TensorFlow as soon as they are collected."""
    is_module = collection_path.name.startswith("test_")
    return True if is_module and FAST not in collection_path.read_text(encoding="utf-8") else None
