"""What a bank stores beside its cases: right answers, sigmas, and sketches of what mistakes answer."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Mapping, Sequence

import numpy as np

from rnncheck.grading.asked import Asked
from rnncheck.grading.bank import TRUTHS, Pair
from rnncheck.grading.batch import TRIES
from rnncheck.grading.diagnose import further_than
from rnncheck.grading.explaining import BUILD, asked_before, asked_of
from rnncheck.grading.sketches import Sketches, sketched
from rnncheck.mistakes import mistakes
from rnncheck.mistakes.cells import unaware
from rnncheck.protocol.names import Array, Arrays
from rnncheck.suites.case import Case, CaseSpec
from rnncheck.suites.check import checks
from rnncheck.suites.prepared import Prepared
from rnncheck.suites.subject import CELL_STATE

MOST_PARAMETERS = 2000  # of a case with sketches: on a larger one mistakes take long


def truths(contract: Asked, kept: Prepared, record: CaseSpec) -> dict[str, Arrays]:
    """Return the answers that were asked for, and those that a failure asks for."""
    truth = kept.truth(record, "float64")
    if "sequence" in contract.claims:
        assert truth.forward
    there = {name: vars(truth)[name] for name in TRUTHS if name in vars(truth)}
    return {name: _shown(arrays) for name, arrays in there.items()}


def _shown(arrays: Arrays) -> Arrays:
    """Return answers without the traces of anything but states."""
    traces = [name for name in arrays if name.startswith("trace.")]
    hidden = {name for name in traces if f"state.{name.removeprefix('trace.')}" not in arrays}
    hidden -= {CELL_STATE}
    return {name: array for name, array in arrays.items() if name not in hidden}


def sigmas(contract: Asked, kept: Prepared, record: CaseSpec) -> dict[str, Arrays]:
    """Return float32's sigmas of the calls of which any was asked for, see Truth.known."""
    computed = kept.truth(record, "float64").single_sigmas()
    return {call: _single(contract, arrays) for call, arrays in computed.items()}


def _single(contract: Asked, arrays: Mapping[str, Array]) -> Arrays:
    """Return as many digits as sigma is worth, of gradients where there are any."""
    gradients = contract.claims & {"step_vjp", "sequence_vjp"}
    asked = {name: a for name, a in arrays.items() if gradients or not name.startswith("d.")}
    return {n: np.asarray(a, np.float32).astype(np.float64) for n, a in asked.items()}


def sketches(
    contract: Asked, pairs: Sequence[Pair], only: Collection[str] | None = None
) -> Sketches:
    """Return the sketches of all that `rnncheck grade` compares a failure of these pairs with.

    Args:
        contract: of the bank.
        pairs: of the bank.
        only: ids of mistakes; None for the catalogue and what is compared after it.
    """
    known = [m for m in mistakes().values() if m.applies(contract.spec)]
    further = list(further_than(known, contract.spec, TRIES)) if only is None else []
    if only is None and contract.claims & {"step_vjp", "sequence_vjp"}:
        further += unaware(known)
    chosen = [m for m in known if only is None or m.id in only]
    asked = []
    records = dict.fromkeys(pair.record for pair in pairs)
    for pair in pairs:
        asks = checks()[pair.check], pair.record, contract.spec, contract.claims
        of_bank = contract.framework in BUILD
        call, cases = asked_before(*asks, records) if of_bank else asked_of(*asks)
        asked += [(call, case, case.record != pair.record) for case in cases if _small(case)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return sketched(chosen, further, sorted(asked, key=lambda one: not one[2]))


def _small(case: Case) -> bool:
    return sum(array.size for array in case.params.values()) <= MOST_PARAMETERS
