"""The test image's entry point: to the stand-in what the official image's is to tensorflow_model_server."""

import os
import sys

from fixtures.embedded import __main__, ports

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
