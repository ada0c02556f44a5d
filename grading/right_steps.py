"""What right steps give at the places where a right loop asks for them, to be handed to a worker."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from rnncheck.adapters.base import Layout
from rnncheck.protocol.names import Array, Arrays, flat, group
from rnncheck.protocol.spec import Spec
from rnncheck.reference.implementation import ReferenceImplementation, bind


def right_steps(
    layout: Layout,
    spec: Spec,
    params: Mapping[str, Array],
    call: str,
    arrays: Arrays,
    *,
    forward: bool,
    backward: bool,
) -> Arrays:
    """Return the steps of a sequence as native arrays "given.<name>", each (T, ...).

    Args:
        layout: of the adapter.
        spec: of the loop.
        params: of the case.
        call: a call of a sequence; a step has nothing to stand in for.
        arrays: the protocol's arguments of the call.
        forward: whether to give "x", "state.<part>" and "new.<part>".
        backward: whether to give "d_new.<part>" and "d.<name>" where the call has gradients.
    """
    if not call.startswith("sequence"):
        return {}
    alone = spec.with_(cell_state="shown") if spec.cell == "lstm" else spec
    reference = bind(alone, params)
    seen = _forward(reference, arrays)
    steps: list[Arrays] = [{} for _ in seen]
    if forward:
        for own, (x, state, new) in zip(steps, seen, strict=True):
            own |= layout.arguments(alone, "step", flat(x=x, state=state))
            own |= {f"new.{part}": a for part, a in layout.state_out(alone, new).items()}
    if backward and call.endswith("_vjp"):
        for own, more in zip(steps, _backward(layout, reference, arrays, seen), strict=True):
            own |= more
    return {f"given.{name}": np.stack([own[name] for own in steps]) for name in steps[0]}


def _forward(
    reference: ReferenceImplementation, arrays: Arrays
) -> list[tuple[Array, Arrays, Arrays]]:
    """Return x, the state before and the state after each step."""
    x, seen = arrays["x"], []
    given = group(arrays, "state")
    state = reference.start(None, x.shape[1]) | given
    for row in x:
        new = group(reference.step(row, state), "state")
        seen.append((row, state, new))
        state = new
    return seen


def _backward(
    layout: Layout,
    reference: ReferenceImplementation,
    arrays: Arrays,
    seen: list[tuple[Array, Arrays, Arrays]],
) -> list[Arrays]:
    """Return for each step its upstream gradients and its gradients."""
    spec, found = reference.spec, []
    d_state = {n: np.zeros_like(a) for n, a in seen[-1][2].items()} | group(arrays, "d_state")
    for (x, state, _), d_output in zip(reversed(seen), arrays["d_outputs"][::-1], strict=True):
        d_new = d_state | {"h": d_state["h"] + d_output}
        result = reference.step_vjp(x, state, np.zeros_like(d_output), d_new)
        native = {f"d_new.{part}": a for part, a in layout.state_out(spec, d_new).items()}
        found.append(native | layout.results_out(spec, "step_vjp", result))
        d_state = group(result, "d.state")
    return found[::-1]
