"""The stand-in under TensorFlow Serving's name, which a body nested 50,000 lists deep ends as it ends that.

Run as a `tensorflow_model_server`; see `tests.conftest.brittle_server`.
"""

from __future__ import annotations

import os
import sys
from typing import Any

DEEP = b"[" * 40_000


def main() -> int:
    """Serve until a body is too deep."""
    # before TensorFlow is imported, as in the stand-in itself
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
    from fixtures.embedded import rest
    from fixtures.embedded.__main__ import main as serve

    answer = rest.answer

    def answer_or_end(manager: Any, method: str, path: str, body: bytes) -> tuple[int, bytes]:
        if DEEP in body:
            os.abort()
        return answer(manager, method, path, body)

    rest.answer = answer_or_end
    return serve(sys.argv[1:])


if __name__ == "__main__":
    os._exit(main())
