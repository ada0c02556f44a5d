"""deeplearning.ai: rnn_cell_forward, rnn_forward, lstm_cell_forward, ... with features first.

x is (n_x, m, T_x), a (n_a, m, T_x); parameters are a dict: Wax, Waa, ba, Wya, by, or Wf, bf, Wi, bi,
Wc, bc, Wo, bo over [a_prev; xt], biases (n_a, 1). The prediction is softmax(Wya a + by): the outputs
where a spec has an output layer. lstm_forward shows c of every step.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import AbstractContextManager
from typing import Any

import numpy as np

from rnncheck.adapters.base import Adapter, Layout
from rnncheck.adapters.base_answers import wrong_answer
from rnncheck.adapters.base_course import CourseRunner, course_claims, last_step, on_cpu, take
from rnncheck.adapters.base_steps import OwnCache, Steps, by_name, replaced
from rnncheck.protocol.faults import Fault
from rnncheck.protocol.names import Array, Arrays, Shape
from rnncheck.protocol.spec import Spec

GATES = {"f": "f", "i": "i", "g": "c", "o": "o"}
OTHER_KEYS = {"dxt": "dx", "da_prev": "da_prevt", "dc_prev": "dc_prevt"}  # as its docstrings say
OUTPUTS = 2  # n_y, where it is not judged
DENSE = {"elman": "Wya", "lstm": "Wy"}


class DlaiLayout(Layout):
    """Features first: every axis of inputs, states and outputs in reverse order."""

    state_from_outputs = True

    def params_out(self, spec: Spec, params: Arrays) -> Arrays:
        """Give each gate its own matrix, over [a_prev; xt] in an LSTM."""
        ih, hh, bias = (params[n] for n in ("weight_ih", "weight_hh", "bias_ih"))
        native: Arrays = {}
        if spec.output_size:
            native = {DENSE[spec.cell]: params["weight_ho"], "by": params["bias_o"][:, None]}
        if spec.cell == "elman":
            return native | {"Wax": ih[0], "Waa": hh[0], "ba": bias[0][:, None]}
        for gate, own in GATES.items():
            g = spec.gates.index(gate)
            native[f"W{own}"] = np.concatenate([hh[g], ih[g]], axis=1)  # (n_a, n_a + n_x)
            native[f"b{own}"] = bias[g][:, None]
        return native

    def params_in(self, spec: Spec, native: Arrays) -> Arrays:
        """Stack the gates again."""
        dense: Arrays = {}
        if spec.output_size:
            dense = {"weight_ho": native[DENSE[spec.cell]], "bias_o": native["by"].ravel()}
        if spec.cell == "elman":
            return dense | {
                "weight_ih": native["Wax"][None],
                "weight_hh": native["Waa"][None],
                "bias_ih": native["ba"].reshape(1, -1),
            }
        weights = np.stack([native[f"W{GATES[gate]}"] for gate in spec.gates])
        size = weights.shape[1]
        return dense | {
            "weight_ih": weights[:, :, size:],
            "weight_hh": weights[:, :, :size],
            "bias_ih": np.stack([native[f"b{GATES[gate]}"].ravel() for gate in spec.gates]),
        }

    def arguments(self, spec: Spec, call: str, arrays: Arrays) -> Arrays:
        """Turn the axes of the arguments."""
        return _turned(super().arguments(spec, call, arrays))

    def results_out(self, spec: Spec, call: str, arrays: Arrays) -> Arrays:
        """Turn the axes of results; inverse of results."""
        return _turned(super().results_out(spec, call, arrays))

    def result_shapes(
        self, spec: Spec, call: str, steps: int, batch: int, *, drawn: bool = False
    ) -> dict[str, Shape]:
        """Return the native shapes of results; lstm_forward gives c of every step, too."""
        shapes = super().result_shapes(spec, call, steps, batch, drawn=drawn)
        if call == "sequence" and spec.cell == "lstm" and not spec.output_size:
            shapes["trace.c"] = (spec.hidden_sizes[0], batch, steps)
        return shapes

    def results(self, spec: Spec, call: str, native: Arrays) -> Arrays:
        """Turn the axes of results back."""
        return super().results(spec, call, _turned(native))

    def rerun(
        self, spec: Spec, call: str, name: str, given: Collection[str] | None = None
    ) -> list[str]:
        """Return lines that reproduce a call; `name` is that of the function."""
        del given
        start = name.removesuffix("_backward").removesuffix("_forward")
        lstm, loop = spec.cell == "lstm", not call.startswith("step")
        more = "" if spec.output_size else _OUTPUT_LAYER[spec.cell]
        lines = [f"parameters = {{**params, {more}}}"] if more else ["parameters = params"]
        if loop:
            answer = "outputs, y, c, caches" if lstm else "outputs, y, caches"
            lines.append(f"{answer} = {start}_forward(x, state_h, parameters)")
            ends = ["state_h = outputs[:, :, -1]"] + ["outputs = y"] * bool(spec.output_size)
            up = ["d_outputs[:, :, -1] += d_state_h"]
            back = f"gradients = {start}_backward(d_outputs, caches)"
            names = {"d_x": "dx", "d_state_h": "da0"}
        else:
            old, new = ("state_h, state_c", "new_h, new_c") if lstm else ("state_h", "new_h")
            lines.append(f"{new}, y, cache = {start}_forward(x, {old}, parameters)")
            ends = ["outputs = state_h = new_h"] + ["state_c = new_c"] * lstm
            ends += ["outputs = y"] * bool(spec.output_size)
            up = []
            more = ", d_state_c" * lstm
            back = f"gradients = {start}_backward(d_outputs + d_state_h{more}, cache)"
            names = {"d_x": "dxt", "d_state_h": "da_prev"} | (
                {"d_state_c": "dc_prev"} if lstm else {}
            )
        if not call.endswith("_vjp"):
            return lines + ends
        weights = [f"{kind}{own}" for own in GATES.values() for kind in "Wb"]
        names |= {f"d_{w}": f"d{w}" for w in (weights if lstm else ("Wax", "Waa", "ba"))}
        return [*lines, *up, back, *(f'{ours} = gradients["{own}"]' for ours, own in names.items())]


_OUTPUT_LAYER = {
    cell: f'"{name}": np.zeros(({OUTPUTS}, len(state_h))), "by": np.zeros(({OUTPUTS}, 1))'
    for cell, name in (("elman", "Wya"), ("lstm", "Wy"))
}


class DlaiRunner(CourseRunner):
    """Calls the functions by their names; see adapters.base.Runner."""

    def __init__(self, namespace: Mapping[str, Any], name: str, spec: Spec, params: Arrays) -> None:
        """Find which functions these are: rnn_... or lstm_...."""
        super().__init__(namespace, name, spec, params)
        self.start = "lstm" if spec.cell == "lstm" else "rnn"
        self.kinds = ("h", "c") if spec.cell == "lstm" else ("h",)

    def step(self, own: Arrays) -> Arrays:
        """Run one step."""
        new = self._cell(own)
        outputs = new["yt_pred" if self.spec.output_size else "h"]
        return {"outputs": outputs} | {f"state.{kind}": new[kind] for kind in self.kinds}

    def step_vjp(self, own: Arrays) -> Arrays:
        """Run one step and its gradients."""
        cache = self._cell(own)["cache"]
        upstream = [own["d_outputs"] + own["d_state.h"]]
        upstream += [own[f"d_state.{kind}"] for kind in self.kinds[1:]]
        who = f"{self.start}_cell_backward"
        how = ", ".join(["da_next", "dc_next"][: len(self.kinds)]) + ", cache"
        found = self.ask(who, how, *upstream, cache)
        names = {"d.x": "dxt", "d.state.h": "da_prev"}
        if self.start == "lstm":
            names["d.state.c"] = "dc_prev"
        return self._gradients(found, names, who)

    def sequence(self, own: Arrays) -> Arrays:
        """Run over time."""
        found = self._loop(own)
        outputs = found["y" if self.spec.output_size else "a"]
        shows = self.start == "lstm" and not self.spec.output_size
        shown = {"trace.c": found["c"]} if shows else {}
        last = last_step(found["a"], 2, f"{self.start}_forward")
        return {"outputs": outputs, "state.h": last} | shown

    def sequence_vjp(self, own: Arrays) -> Arrays:
        """Run over time and back."""
        caches = self._loop(own)["caches"]
        upstream = own["d_outputs"]  # (n_a, m, T_x)
        upstream[:, :, -1] += own["d_state.h"]
        who = f"{self.start}_backward"
        found = self.ask(who, "da, caches", upstream, caches)
        return self._gradients(found, {"d.x": "dx", "d.state.h": "da0"}, who)

    def steps_in(self, given: Arrays) -> AbstractContextManager[None]:
        """Put right steps in the place of the student's own."""
        steps, others = Steps(given), {}
        if "x" in given:
            others[f"{self.start}_cell_forward"] = self._right_forward(steps)
        if "d_new.h" in given:
            others[f"{self.start}_cell_backward"] = self._right_backward(steps)
        return replaced(self.namespace, others)  # type: ignore[arg-type]  # a module's own dict

    def _cell(self, own: Arrays) -> dict[str, Any]:
        who = f"{self.start}_cell_forward"
        states = [own[f"state.{kind}"] for kind in self.kinds]
        how = "xt, a_prev, c_prev, parameters" if len(states) > 1 else "xt, a_prev, parameters"
        answer = self.ask(who, how, own["x"], *states, self._parameters())
        return take(answer, (*self.kinds, "yt_pred", "cache"), who)

    def _loop(self, own: Arrays) -> dict[str, Any]:
        who = f"{self.start}_forward"
        names = ("a", "y", "c", "caches") if self.start == "lstm" else ("a", "y", "caches")
        answer = self.ask(who, "x, a0, parameters", own["x"], own["state.h"], self._parameters())
        return take(answer, names, who)

    def _parameters(self) -> dict[str, Array]:
        """Return the dict of parameters, with an output layer that does not matter here."""
        if self.spec.output_size:
            return {name: a.copy() for name, a in self.params.items()}
        first = next(iter(self.params.values()))
        size, dtype = first.shape[0], first.dtype
        rest = {"Wya": np.zeros((OUTPUTS, size), dtype), "by": np.zeros((OUTPUTS, 1), dtype)}
        if self.start == "lstm":
            rest["Wy"] = rest["Wya"].copy()
        return {name: a.copy() for name, a in self.params.items()} | rest

    def _gradients(self, found: Any, names: dict[str, str], who: str) -> dict[str, Any]:
        names = names | {f"d.{name}": f"d{name}" for name in self.params}
        asked = f"a dict with {', '.join(names.values())} from {who}"
        if not isinstance(found, Mapping):
            raise wrong_answer(found, asked)
        own = {key: OTHER_KEYS.get(key, key) for key in names.values() if key not in found}
        found = {**found, **{key: found[other] for key, other in own.items() if other in found}}
        missing = [own for own in names.values() if own not in found]
        if missing:
            raise Fault("error", f"{who} gave back no {', '.join(missing)}; asked for: {asked}")
        return take(tuple(found[own] for own in names.values()), tuple(names), who)

    def _right_forward(self, steps: Steps) -> Any:
        kinds, own = self.kinds, OwnCache(self.namespace.get(f"{self.start}_cell_forward"))

        def cell_forward(xt: Any, *rest: Any) -> tuple[Any, ...]:
            remembered = own((xt, *rest), None)
            *states, parameters = rest
            asked = dict(zip((f"state_{kind}" for kind in kinds), states, strict=False))
            t, new = steps.forward(f"{self.start}_cell_forward", x=xt, **asked)
            y = np.full((OUTPUTS, xt.shape[1]), 1 / OUTPUTS)
            y = steps.given["outputs"][t].copy() if self.spec.output_size else y
            gates = () if len(kinds) == 1 else (None,) * len(GATES)
            plain = (*new.values(), *states, *gates, xt, parameters)
            return (*new.values(), y, plain if remembered is None else remembered)

        before = ("a_prev", "c_prev")[: len(kinds)]
        return by_name(("xt", *before, "parameters"), cell_forward)

    def _right_backward(self, steps: Steps) -> Any:
        def cell_backward(*args: Any) -> dict[str, Any]:
            asked = dict(zip(self.kinds, args[:-1], strict=False))
            found = steps.backward(f"{self.start}_cell_backward", **asked)
            own = {"x": "dxt", "state.h": "da_prev", "state.c": "dc_prev"}
            return {own.get(name, f"d{name}"): a for name, a in found.items()}

        return by_name((*("da_next", "dc_next")[: len(self.kinds)], "cache"), cell_backward)


def _turned(arrays: Arrays) -> Arrays:
    def is_parameter(name: str) -> bool:
        return name.startswith("d.") and not (name == "d.x" or name.startswith("d.state."))

    return {n: a if is_parameter(n) else np.ascontiguousarray(a.T) for n, a in arrays.items()}


def _make(
    namespace: Mapping[str, Any], name: str, spec: Spec, params: Arrays, dtype: str, device: str
) -> DlaiRunner:
    on_cpu(device)
    return DlaiRunner(namespace, name, spec, params)


ADAPTER = Adapter("course_dlai", "numpy", DlaiLayout(), course_claims, _make)
