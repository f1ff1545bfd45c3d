"""What is wrong with a model, its contract or its server, and the claim that is to say so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tests.mutants.bases import Base
from tests.mutants.lie import Lie

FILES = ("conformance/test_artifact.py",)
"""Options of a run of the claims about files alone: what they find in a large model is found at no small one's cost."""
IN_PROCESS = ("conformance/test_signature.py", "conformance/test_predictions.py")
"""The same for those that ask the model in process and start no server."""
ASKED = ("conformance/test_agreement.py",)
"""The same for those that ask it time and again, in process and served."""


@dataclass(frozen=True)
class Fault:
    """A good model, and what makes it or what serves it a bad one."""

    base: Base
    claim: str = ""
    """The claim that rejects it, with others or alone; where none is named, any does."""
    change: Callable[[Path], object] = lambda version: None
    """What becomes of the candidate's directory, and of what is beside it."""
    contract: Callable[[str], str] = lambda contract: contract
    """What becomes of the contract, which is removed where nothing is left."""
    lie: Callable[[], Lie] | None = None
    """What a proxy before the server does; without one there is none."""
    spared: bool = False
    """Whether the server that lies is sent no load and nothing broken, as is the rule for one at a URL."""
    word: Literal["REJECT", "INCOMPLETE", "PROVISIONAL"] = "REJECT"
    """The verdict."""
    says: str = ""
    """What is said where the run ends before there is a verdict."""
    full: bool = False
    """Whether it takes all the effort of the gate to find it."""
    options: tuple[str, ...] = ()
    """More options of the run, of which a path names the claims that are tried: the verdict is REJECT all the same."""
