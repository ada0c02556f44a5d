"""A NumPy function `forward(params, x, state)` over one kernel, as TensorFlow's basic cells have it.

`params` holds kernel (D + H, G*H), whose first D rows belong to x and the others to h, and bias
(G*H,); all else is as in numpy_functions.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from rnncheck.adapters.base import gates_from, gates_to
from rnncheck.adapters.base_functions import FunctionsLayout
from rnncheck.adapters.numpy_functions import ADAPTER as FUNCTIONS
from rnncheck.protocol.names import Arrays
from rnncheck.protocol.spec import GATES, Spec


class KernelLayout(FunctionsLayout):
    """weight_ih and weight_hh, turned, one below the other."""

    def params_out(self, spec: Spec, params: Arrays) -> Arrays:
        """Join the weights of each gate, and the gates side by side."""
        both = np.concatenate([params["weight_ih"], params["weight_hh"]], axis=2)  # (G, H, D + H)
        kernel = gates_to(GATES[spec.cell], spec, both).reshape(-1, both.shape[2]).T
        bias = gates_to(GATES[spec.cell], spec, params["bias_ih"]).reshape(-1)
        return {"kernel": kernel, "bias": bias}

    def params_in(self, spec: Spec, native: Arrays) -> Arrays:
        """Take the gates, and the rows of x and h, apart."""
        order, hidden = GATES[spec.cell], spec.hidden_sizes[0]
        both = native["kernel"].T.reshape(len(order), hidden, -1)  # (G, H, D + H)
        both = gates_from(order, spec, both)
        return {
            "weight_ih": both[:, :, : spec.input_size],
            "weight_hh": both[:, :, spec.input_size :],
            "bias_ih": gates_from(order, spec, native["bias"].reshape(len(order), hidden)),
        }

    def parameter_names(self, spec: Spec) -> list[str]:
        """Return the two names."""
        return ["kernel", "bias"]


def _claims(spec: Spec) -> frozenset[str]:
    alone = len(spec.hidden_sizes) == len(spec.directions) == 1 and not spec.output_size
    odd = spec.biases != "single" or spec.peepholes or spec.projection
    kernel = alone and not odd and spec.cell in ("elman", "lstm")
    return FUNCTIONS.claims(spec) if kernel else frozenset()


ADAPTER = replace(FUNCTIONS, name="numpy_kernel", layout=KernelLayout(), claims=_claims)
