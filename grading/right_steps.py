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
        forward: whether to give "x", "state.<part>", "new.<part>" and "outputs".
        backward: whether to give "d_new.<part>" and "d.<name>" where the call has gradients.
    """
    if not call.startswith("sequence"):
        return {}
    alone = spec.with_(cell_state="shown") if spec.cell == "lstm" else spec
    reference = bind(alone, params)
    seen, outputs = _forward(reference, arrays)
    steps: list[Arrays] = [{} for _ in seen]
    if forward:
        for own, (x, state, _) in zip(steps, seen, strict=True):
            own |= layout.arguments(alone, "step", flat(x=x, state=state))
        for own, (_, _, new), row in zip(steps, seen, outputs, strict=True):
            native = layout.results_out(alone, "step", flat(outputs=row, state=new))
            own |= {name.replace("state.", "new."): a for name, a in native.items()}
    if backward and call.endswith("_vjp"):
        for own, more in zip(steps, _backward(layout, reference, arrays, seen), strict=True):
            own |= more
    return {f"given.{name}": np.stack([own[name] for own in steps]) for name in steps[0]}


def _forward(
    reference: ReferenceImplementation, arrays: Arrays
) -> tuple[list[tuple[Array, Arrays, Arrays]], list[Array]]:
    """Return x, the state before and the state after each step; and the outputs of each."""
    x, seen, outputs = arrays["x"], [], []
    given = group(arrays, "state")
    state = reference.start(None, x.shape[1]) | given
    for row in x:
        result = reference.step(row, state)
        new = group(result, "state")
        seen.append((row, state, new))
        outputs.append(result["outputs"])
        state = new
    return seen, outputs


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
        native = layout.arguments(spec, "step_vjp", flat(d_state=d_new))
        native = {name.replace("d_state.", "d_new."): a for name, a in native.items()}
        found.append(native | layout.results_out(spec, "step_vjp", result))
        d_state = group(result, "d.state")
    return found[::-1]
