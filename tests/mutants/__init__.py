"""Broken models and lying servers, each with the claim of the gate that is to reject it: `make proof`."""

from __future__ import annotations

from tests.mutants import batches, contracts, files, flowers, good, hidden, interfaces, liars, others
from tests.mutants.fault import Fault

FAULTS: dict[str, Fault] = {
    name: fault
    for module in (good, flowers, interfaces, files, batches, hidden, others, contracts, liars)
    for name, fault in module.FAULTS.items()
}
