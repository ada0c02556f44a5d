"""One matmul on a kernel: a bias for each half, or x and h joined in another order than its halves."""

from __future__ import annotations

import numpy as np

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


class KernelFedWithXFirst(Variation):
    """[x, h] meets the kernel [U W]."""

    def inner_params(self, spec: Spec) -> Arrays:
        """Read [U W] as [W U]."""
        kernel = np.concatenate([self.params["weight_hh"], self.params["weight_ih"]], axis=2)
        inputs = spec.input_size
        return self.params | {"weight_ih": kernel[..., :inputs], "weight_hh": kernel[..., inputs:]}

    def params_back(self, gradients: Arrays) -> Arrays:
        """Cut the kernel's gradient where the halves are."""
        kernel = np.concatenate([gradients["d.weight_ih"], gradients["d.weight_hh"]], axis=2)
        width = kernel.shape[2] - self.spec.input_size
        return gradients | {"d.weight_hh": kernel[..., :width], "d.weight_ih": kernel[..., width:]}


def _joined(spec: Spec) -> bool:
    alone = len(spec.hidden_sizes) == len(spec.directions) == 1
    return alone and spec.cell in ("elman", "lstm", "gru")


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
    Mistake(
        "kernel_fed_with_x_first",
        "the kernel [U W] is multiplied with x and h joined as [x, h]",
        "Write down which columns of the kernel meet h, and which meet x.",
        KernelFedWithXFirst,
        _joined,
        "published course work",
    ),
)
