"""The test image's entry point: to the stand-in what the official image's is to tensorflow_model_server.

With PRETENDED_VERSION in its environment it passes for TensorFlow Serving of that version.
"""

import os
import sys

from fixtures.embedded import __main__, ports

if "--version" in sys.argv and "PRETENDED_VERSION" in os.environ:
    version = os.environ["PRETENDED_VERSION"]
    sys.exit(sys.stdout.write(f"TensorFlow ModelServer: {version}\nTensorFlow Library: {version}\n") and 0)
# a published port leads to the container's own address, not to its 127.0.0.1
ports.HOST = "0.0.0.0"
sys.exit(
    __main__.main(
        [
            "--port=8500",
            "--rest_api_port=8501",
            f"--model_name={os.environ['MODEL_NAME']}",
            f"--model_base_path={os.environ['MODEL_BASE_PATH']}/{os.environ['MODEL_NAME']}",
            *sys.argv[1:],
        ]
    )
)
