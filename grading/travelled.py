"""A mistake whose numbers come as a submission's do: in its framework's layout and its dtype."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from rnncheck.adapters.base import Layout
from rnncheck.protocol.claims import CALLS
from rnncheck.protocol.implementation import Bind, Implementation
from rnncheck.protocol.names import Array, Arrays, result_shapes
from rnncheck.protocol.results import usable
from rnncheck.protocol.spec import Spec


def travelled(bind: Bind, layout: Layout, computes: str) -> Bind:
    """Return an implementation that is asked and answers as one in a framework is.

    What it is handed is rounded to a dtype, and it computes there. Its parameters, and all that it
    answers, go through the layout and back; a trace does not.

    Args:
        bind: the implementation.
        layout: of the adapter.
        computes: "float64" or "float32", whatever the judge asks for.
    """

    def bound(
        spec: Spec, params: Mapping[str, Array], dtype: str = "float64", device: str = "cpu"
    ) -> Implementation:
        del dtype
        native = {n: _as(a, computes) for n, a in layout.params_out(spec, dict(params)).items()}
        inner = bind(spec, layout.params_in(spec, native), computes, device)
        made: Any = _Travelled(inner, layout, computes)
        implementation: Implementation = made
        return implementation

    return bound


class _Travelled:
    def __init__(self, inner: Implementation, layout: Layout, dtype: str) -> None:
        self.spec, self.claims = inner.spec, inner.claims
        self.facts: dict[str, Any] = {}
        self._inner, self._layout, self._dtype = inner, layout, dtype

    def __getattr__(self, name: str) -> Callable[..., Arrays]:
        if name not in CALLS:
            raise AttributeError(name)
        return partial(self._call, name)

    def _call(self, call: str, x: Array, state: Any, *more: Any) -> Arrays:
        given = [_cast(one, self._dtype) for one in (x, state, *more)]
        came = getattr(self._inner, call)(*given)
        spec, sizes = self.spec, (x.shape[0], x.shape[-2])
        drawn = any(isinstance(one, Mapping) and "seed" in one for one in more)
        asked = result_shapes(spec, call, *sizes, drawn=drawn)
        if state is None:
            asked = {n: s for n, s in asked.items() if not n.startswith("d.state.")}
        right, self.facts = usable(spec, call, asked, came)
        native = self._layout.results_out(spec, call, right)
        return self._layout.results(
            spec, call, {name: _as(array, self._dtype) for name, array in native.items()}
        )


def _cast(given: Any, dtype: str) -> Any:
    if isinstance(given, Mapping):
        return {name: _cast(array, dtype) for name, array in given.items()}
    return _as(given, dtype) if isinstance(given, np.ndarray) else given


def _as(array: Array, dtype: str) -> Array:
    """Return an array of its own, one of floats in the dtype."""
    kind = dtype if array.dtype.kind == "f" else array.dtype
    return np.array(array, kind, order="C")
