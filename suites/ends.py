"""The end of each row: the last valid output in processing order."""

from __future__ import annotations

import numpy as np

from rnncheck.protocol.names import Array, Arrays, layer_width, prefixes
from rnncheck.suites.case import Case
from rnncheck.suites.truth import floats


def last_outputs(case: Case, outputs: Array) -> Arrays:
    """Return, for each direction of the last layer, what its h should be at the end.

    Args:
        case: the case; a row without a valid step keeps its initial state.
        outputs: (T, B, R), both directions side by side.
    """
    spec = case.spec
    last = len(spec.hidden_sizes) - 1
    width = layer_width(spec, last) // len(spec.directions)
    parts: Arrays = {}
    for index, direction in enumerate(spec.directions):
        prefix = prefixes(spec)[last * len(spec.directions) + index]
        part = prefix + ("y" if spec.cell == "jordan" else "h")
        own = floats(outputs)[:, :, index * width : (index + 1) * width]  # (T, B, R)
        parts[part] = _ends(case, own, direction, part)
    return parts


def _ends(case: Case, outputs: Array, direction: str, part: str) -> Array:
    rows = []
    for row in range(outputs.shape[1]):
        steps = np.flatnonzero(case.valid[:, row])
        if steps.size:
            rows.append(outputs[steps[-1 if direction == "forward" else 0], row])
        elif case.state is not None:
            rows.append(case.state[part][row])
        else:
            rows.append(np.zeros(outputs.shape[2]))
    return np.stack(rows)  # (B, R)
