"""What nothing is wrong with: what the others are made from, and a proxy that passes everything on."""

from __future__ import annotations

from tests.mutants import bases
from tests.mutants.bases import Base
from tests.mutants.change import exported_anew
from tests.mutants.fault import Fault
from tests.mutants.lie import Lie

FAULTS = {
    f"good-{base.name}": Fault(base, word="PROVISIONAL") for base in vars(bases).values() if isinstance(base, Base)
} | {
    "good-exported-anew": Fault(bases.COLOURS, word="PROVISIONAL", change=exported_anew()),
    "good-through-a-proxy": Fault(bases.COLOURS, word="PROVISIONAL", lie=Lie),
}
