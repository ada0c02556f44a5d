"""One matmul on [x, h] with a bias for each half."""

from __future__ import annotations

from rnncheck.mistakes.base import Mistake, Variation
from rnncheck.protocol.names import Arrays, last_part
from rnncheck.protocol.spec import Spec


class BiasAddedTwice(Variation):
    """A single bias is added to W x and to U h."""

    def inner_params(self, spec: Spec) -> Arrays:
        """Double it."""
        del spec
        return _doubled(self.params)

    def params_back(self, gradients: Arrays) -> Arrays:
        """Its gradient is doubled too."""
        return _doubled(gradients)


def _doubled(arrays: Arrays) -> Arrays:
    return {n: 2 * a if last_part(n) == "bias_ih" else a for n, a in arrays.items()}


def _single(spec: Spec) -> bool:
    return spec.biases == "single" and spec.cell != "gru"


MISTAKES = (
    Mistake(
        "bias_added_twice",
        "the one bias is added to both products, that of x and that of h",
        "Set every weight to zero: how often does the bias count?",
        BiasAddedTwice,
        _single,
    ),
)
