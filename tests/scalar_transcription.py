"""The published formulas, one number at a time: loops and sums over indices, nothing else.

A second producer of the golden traces. It shares no code with the rest of the project and imports
none of it: a network is a plain dict of options, arrays are nested lists, and numbers are whatever
the functions `tanh` and `exp` of the given module take (math, cmath or mpmath).

Sources: Elman (1990); Jordan (1986); Gers, Schraudolph and Schmidhuber (2002) for the LSTM with peepholes; Sak,
Senior and Beaufays (2014) for its projection; Cho et al. (2014) for the gated recurrent unit; Schuster
and Paliwal (1997) for two directions.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Numbers = Any  # a module with tanh and exp
Values = dict[str, list[Any]]


@dataclass
class Row:
    """What one row of the batch gives: outputs and trace by time, and the final state."""

    outputs: list[list[Any]] = field(default_factory=list)
    final: Values = field(default_factory=dict)
    trace: list[Values] = field(default_factory=list)


def sigmoid(value: Any, numbers: Numbers) -> Any:
    """1 / (1 + e^-v)."""
    return 1 / (1 + numbers.exp(-value))


def nonlinear(name: str, value: Any, numbers: Numbers) -> Any:
    """One of the four activations."""
    if name == "tanh":
        return numbers.tanh(value)
    if name == "sigmoid":
        return sigmoid(value, numbers)
    if name == "relu":
        return value if value.real > 0 else 0 * value
    return value


def from_input(spec: dict[str, Any], p: dict[str, Any], gate: str, k: int, x: list[Any]) -> Any:
    """Sum over d of W[gate][k][d] x[d], and the input bias."""
    g = spec["gates"].index(gate)
    total = 0.0
    for d in range(len(x)):
        seen = x[d] * p["drop_ih"][g][d] if "drop_ih" in p else x[d]
        total = total + p["weight_ih"][g][k][d] * seen
    if "bias_ih" in p:
        total = total + p["bias_ih"][g][k]
    return total


def from_state(spec: dict[str, Any], p: dict[str, Any], gate: str, k: int, h: list[Any]) -> Any:
    """Sum over j of U[gate][k][j] h[j], and the recurrent bias."""
    g = spec["gates"].index(gate)
    total = 0.0
    for j in range(len(h)):
        seen = h[j] * p["drop_hh"][g][j] if "drop_hh" in p else h[j]
        total = total + p["weight_hh"][g][k][j] * seen
    if "bias_hh" in p:
        total = total + p["bias_hh"][g][k]
    return total


def elman_step(
    spec: dict[str, Any], p: dict[str, Any], x: list[Any], old: Values, numbers: Numbers
) -> Values:
    """h[k] = act(sum of W x + sum of U h' + b)."""
    out: Values = {"a": [], "h": []}
    for k in range(len(p["weight_ih"][0])):
        a = from_input(spec, p, "h", k, x) + from_state(spec, p, "h", k, old["h"])
        out["a"].append(a)
        out["h"].append(nonlinear(spec["activation"], a, numbers))
    return out


def jordan_step(
    spec: dict[str, Any], p: dict[str, Any], x: list[Any], old: Values, numbers: Numbers
) -> Values:
    """h[k] = act(sum of W x + sum of U y' + b); y is the output layer's, and the memory."""
    out: Values = {"a": [], "h": []}
    for k in range(len(p["weight_ih"][0])):
        a = from_input(spec, p, "h", k, x) + from_state(spec, p, "h", k, old["y"])
        out["a"].append(a)
        out["h"].append(nonlinear(spec["activation"], a, numbers))
    out["y"] = outputs(spec, p, out, out["h"], numbers)
    return out


def lstm_step(
    spec: dict[str, Any], p: dict[str, Any], x: list[Any], old: Values, numbers: Numbers
) -> Values:
    """One unit after the other; a projection then mixes the units."""
    out: Values = {k: [] for k in ("a_i", "a_f", "a_g", "a_o", "i", "f", "g", "o", "c", "h")}
    act, clip, unprojected = spec["activation"], spec["cell_clip"], []
    if clip is not None:
        out["c_raw"] = []
    for k in range(len(p["weight_ih"][0])):
        a = {q: from_input(spec, p, q, k, x) + from_state(spec, p, q, k, old["h"]) for q in "ifgo"}
        a["f"] = a["f"] + spec["forget_bias"]
        if spec["peepholes"]:
            a["i"] = a["i"] + p["peephole"][0][k] * old["c"][k]
            a["f"] = a["f"] + p["peephole"][1][k] * old["c"][k]
        i, f = sigmoid(a["i"], numbers), sigmoid(a["f"], numbers)
        g = nonlinear(act, a["g"], numbers)
        c = f * old["c"][k] + i * g
        if clip is not None:
            out["c_raw"].append(c)
            if c.real > clip:
                c = c * 0 + clip
            elif c.real < -clip:
                c = c * 0 - clip
        if spec["peepholes"]:
            a["o"] = a["o"] + p["peephole"][2][k] * c
        o = sigmoid(a["o"], numbers)
        for name, value in (("i", i), ("f", f), ("g", g), ("o", o), ("c", c)):
            out[name].append(value)
        for q in "ifgo":
            out["a_" + q].append(a[q])
        unprojected.append(o * nonlinear(act, c, numbers))
    out["h"] = unprojected
    if spec["projection"]:
        out["h"] = []
        for row in p["weight_hr"]:
            total = 0.0
            for k in range(len(unprojected)):
                total = total + row[k] * unprojected[k]
            out["h"].append(total)
    return out


def gru_step(
    spec: dict[str, Any], p: dict[str, Any], x: list[Any], old: Values, numbers: Numbers
) -> Values:
    """All of r first, because a reset before the product needs every unit's r."""
    out: Values = {k: [] for k in ("a_r", "a_z", "a_n", "u", "r", "z", "n", "h")}
    units = range(len(p["weight_ih"][0]))
    for k in units:
        for q in "rz":
            a = from_input(spec, p, q, k, x) + from_state(spec, p, q, k, old["h"])
            out["a_" + q].append(a)
            out[q].append(sigmoid(a, numbers))
    for k in units:
        if spec["reset"] == "before":
            damped = [out["r"][j] * old["h"][j] for j in units]
            u = from_state(spec, p, "n", k, damped)
            a = from_input(spec, p, "n", k, x) + u
        else:
            u = from_state(spec, p, "n", k, old["h"])
            a = from_input(spec, p, "n", k, x) + out["r"][k] * u
        n, z = nonlinear(spec["activation"], a, numbers), out["z"][k]
        if spec["update"] == "z_keeps":
            h = z * old["h"][k] + (1 - z) * n
        else:
            h = (1 - z) * old["h"][k] + z * n
        for name, value in (("u", u), ("a_n", a), ("n", n), ("h", h)):
            out[name].append(value)
    return out


STEPS = {"elman": elman_step, "jordan": jordan_step, "lstm": lstm_step, "gru": gru_step}


def run_row(
    spec: dict[str, Any],
    p: dict[str, Any],
    x: list[list[Any]],
    start: Values,
    valid: list[bool],
    numbers: Numbers,
    moved: dict[tuple[int, str, int], Any] | None = None,
    drop: dict[str, list[list[Any]]] | None = None,
) -> Row:
    """Run one row of the batch over time.

    Args:
        spec: the options by name.
        p: the parameters, gate axis first.
        x: inputs by time.
        start: the parts of the initial state.
        valid: which steps count.
        numbers: the module with tanh and exp.
        moved: what to add to a unit of a part of the state after a step: (t, part, unit) -> number.
        drop: by what dropout multiplies, by time: "input" what the cell reads, "output" what it
            gives out, "state" the h that goes on and is given back. Drawn once for each gate,
            "input" and "state" are by gate: what its row of W and of U reads.
    """
    drop = dict(drop or {})
    if spec["dropout"]["draw"] == "gate":
        sides = {"input": "drop_ih", "state": "drop_hh"}
        p = p | {side: drop.pop(name) for name, side in sides.items() if name in drop}
    steps = len(x)
    row = Row([[] for _ in range(steps)], dict(start), [{} for _ in range(steps)])
    times = list(range(steps))
    if spec["directions"] == ["reverse"]:
        times.reverse()
    last = None
    for t in times:
        if valid[t]:
            seen = times_each(x[t], drop.get("input"), t)
            step = STEPS[spec["cell"]](spec, p, seen, row.final, numbers)
            for part in row.final:
                step[part] = [
                    value + (moved or {}).get((t, part, k), 0) for k, value in enumerate(step[part])
                ]
                carried = drop.get("state") if part == "h" else None
                row.final[part] = times_each(step[part], carried, t)
            row.trace[t] = step
            shown = times_each(step["h"], drop.get("output"), t)
            last = row.outputs[t] = step.get("y") or outputs(spec, p, step, shown, numbers)
        else:
            row.trace[t] = dict(row.final)
            if spec["padding"]["outputs"] == "repeat" and last is not None:
                row.outputs[t] = last
    return row


def times_each(values: list[Any], factors: list[list[Any]] | None, t: int) -> list[Any]:
    """Each number times its factor at that time."""
    if factors is None:
        return values
    return [values[k] * factors[t][k] for k in range(len(values))]


def run_network(
    spec: dict[str, Any],
    p: dict[str, Any],
    x: list[list[Any]],
    start: Values,
    valid: list[bool],
    numbers: Numbers,
    moved: dict[tuple[int, str, int], Any] | None = None,
    drop: dict[str, list[list[Any]]] | None = None,
) -> Row:
    """Run one row through every layer; a layer reads what those below it give, [forward, reverse].

    Arguments as in run_row, with "l0." or "l1.reverse." before the names of parameters, parts of
    the state and values of the trace. There is no output layer, and nothing is dropped.
    """
    assert not drop
    whole = Row(x, {}, [{} for _ in x])
    for layer in range(len(spec["hidden_sizes"])):
        below, whole.outputs = whole.outputs, [[] for _ in x]
        for direction in spec["directions"]:
            before = f"l{layer}." + ("reverse." if direction == "reverse" else "")
            changes = {(t, n, k): d for (t, n, k), d in (moved or {}).items() if own(n, before)}
            row = run_row(
                {**spec, "directions": [direction]},
                {own(name, before): values for name, values in p.items() if own(name, before)},
                below,
                {own(name, before): values for name, values in start.items() if own(name, before)},
                valid,
                numbers,
                {(t, own(name, before), k): d for (t, name, k), d in changes.items()},
            )
            for t in range(len(x)):
                shown = row.outputs[t] or [0.0] * len(row.final["h"])
                whole.outputs[t] = whole.outputs[t] + shown
                whole.trace[t].update({before + name: v for name, v in row.trace[t].items()})
            whole.final.update({before + name: values for name, values in row.final.items()})
    return whole


def own(name: str, before: str) -> str:
    """Return "h" of "l0.h" where "l0." stands before it, and "" for a name of another part."""
    rest = name[len(before) :]
    return rest if name.startswith(before) and "." not in rest else ""


def outputs(
    spec: dict[str, Any], p: dict[str, Any], step: Values, h: list[Any], numbers: Numbers
) -> list[Any]:
    """The state h itself, or the output layer's y[m] = act(sum over k of V[m][k] h[k] + b[m])."""
    if not spec["output_size"]:
        return h
    step["o_in"] = []
    for weights, bias in zip(p["weight_ho"], p["bias_o"], strict=True):
        total = bias
        for k in range(len(weights)):
            total = total + weights[k] * h[k]
        step["o_in"].append(total)
    return [nonlinear(spec["output_activation"], value, numbers) for value in step["o_in"]]
