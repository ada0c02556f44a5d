"""CS231n: rnn_step_forward, rnn_forward, lstm_step_forward, ... of rnn_layers.py, and their backward.

x is (N, T, D), h (N, T, H), Wx (D, G*H), Wh (H, G*H), b (G*H,); an LSTM's gates are i, f, o, g, its
c starts at zero in lstm_forward and is not handed back.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import AbstractContextManager
from typing import Any

from rnncheck.adapters.base import Adapter, state_names
from rnncheck.adapters.base_course import (
    CourseRunner,
    StackedLayout,
    course_claims,
    last_step,
    on_cpu,
    take,
)
from rnncheck.adapters.base_steps import OwnCache, Steps, by_name, replaced
from rnncheck.protocol.names import Array, Arrays
from rnncheck.protocol.spec import Spec

ORDERS = {"elman": ("h",), "lstm": ("i", "f", "o", "g")}
WEIGHTS = "Wx, Wh, b"
GRADIENTS = ("d.Wx", "d.Wh", "d.b")


class Cs231nLayout(StackedLayout):
    """Weights with the gates side by side; batch-major over time."""

    state_from_outputs = True

    def rerun(
        self, spec: Spec, call: str, name: str, given: Collection[str] | None = None
    ) -> list[str]:
        """Return lines that reproduce a call; `name` is that of the function, e.g. "mine.f"."""
        del given
        start = name.removesuffix(f"_{'back' if call.endswith('_vjp') else 'for'}ward")
        kinds, loop = state_names(spec), not call.startswith("step")
        states = ", ".join(f"state_{kind}" for kind in kinds)
        new = "outputs" if loop else ", ".join(f"new_{kind}" for kind in kinds)
        weights = ", ".join(f'params["{n}"]' for n in ("Wx", "Wh", "b"))
        lines = [f"{new}, cache = {start}_forward(x, {states}, {weights})"]
        if not call.endswith("_vjp"):
            ends = ["outputs[:, -1]"] if loop else [f"new_{kind}" for kind in kinds]
            outputs = [] if loop else ["outputs = new_h"]
            return lines + outputs + [f"state_{k} = {e}" for k, e in zip(kinds, ends, strict=True)]
        up = ["d_outputs[:, -1] += d_state_h", "d_outputs"] if loop else ["d_outputs + d_state_h"]
        lines += up[:-1]
        more = "".join(f", d_state_{kind}" for kind in kinds[1:])
        back = ", ".join(["d_x", *(f"d_state_{k}" for k in kinds), "d_Wx", "d_Wh", "d_b"])
        return [*lines, f"{back} = {start}_backward({up[-1]}{more}, cache)"]


class Cs231nRunner(CourseRunner):
    """Calls the functions by their names; see adapters.base.Runner."""

    def __init__(self, namespace: Mapping[str, Any], name: str, spec: Spec, params: Arrays) -> None:
        """Find which functions these are: rnn_... or lstm_...."""
        super().__init__(namespace, name, spec, params)
        self.start = "lstm" if spec.cell == "lstm" else "rnn"
        self.kinds = ("h", "c") if spec.cell == "lstm" else ("h",)

    def step(self, own: Arrays) -> Arrays:
        """Run one step."""
        new = self._step(own)[0]
        return {"outputs": new["h"]} | {f"state.{kind}": a for kind, a in new.items()}

    def step_vjp(self, own: Arrays) -> Arrays:
        """Run one step and its gradients."""
        cache = self._step(own)[1]
        upstream = [own["d_outputs"] + own["d_state.h"]]
        upstream += [own[f"d_state.{kind}"] for kind in self.kinds[1:]]
        who = f"{self.start}_step_backward"
        how = ", ".join(["dnext_h", "dnext_c"][: len(self.kinds)]) + ", cache"
        names = ("d.x", *(f"d.state.{kind}" for kind in self.kinds), *GRADIENTS)
        return take(self.ask(who, how, *upstream, cache), names, who)

    def sequence(self, own: Arrays) -> Arrays:
        """Run over time."""
        h, _ = self._loop(own)
        return {"outputs": h, "state.h": last_step(h, 1, f"{self.start}_forward")}

    def sequence_vjp(self, own: Arrays) -> Arrays:
        """Run over time and back."""
        _, cache = self._loop(own)
        upstream: Array = own["d_outputs"]  # (N, T, H)
        upstream[:, -1] += own["d_state.h"]
        who = f"{self.start}_backward"
        answer = self.ask(who, "dh, cache", upstream, cache)
        return take(answer, ("d.x", "d.state.h", *GRADIENTS), who)

    def steps_in(self, given: Arrays) -> AbstractContextManager[None]:
        """Put right steps in the place of the student's own."""
        steps, others = Steps(given), {}
        if "x" in given:
            others[f"{self.start}_step_forward"] = self._right_forward(steps)
        if "d_new.h" in given:
            others[f"{self.start}_step_backward"] = self._right_backward(steps)
        return replaced(self.namespace, others)  # type: ignore[arg-type]  # a module's own dict

    def _step(self, own: Arrays) -> tuple[dict[str, Any], Any]:
        who = f"{self.start}_step_forward"
        states = [own[f"state.{kind}"] for kind in self.kinds]
        how = f"x, {', '.join(f'prev_{kind}' for kind in self.kinds)}, {WEIGHTS}"
        answer = self.ask(who, how, own["x"], *states, *self.weights())
        found = take(answer, (*self.kinds, "cache"), who)
        cache = found.pop("cache")
        return found, cache

    def _loop(self, own: Arrays) -> tuple[Any, Any]:
        who = f"{self.start}_forward"
        answer = self.ask(who, f"x, h0, {WEIGHTS}", own["x"], own["state.h"], *self.weights())
        found = take(answer, ("h", "cache"), who)
        return found["h"], found["cache"]

    def _right_forward(self, steps: Steps) -> Any:
        kinds, own = self.kinds, OwnCache(self.namespace.get(f"{self.start}_step_forward"))

        def step_forward(x: Any, *rest: Any) -> tuple[Any, ...]:
            remembered = own((x, *rest), None)
            states = dict(zip((f"state_{kind}" for kind in kinds), rest, strict=False))
            t, new = steps.forward(f"{self.start}_step_forward", x=x, **states)
            plain = StepCache((x, *rest, *new.values())).at(t)
            return (*new.values(), plain if remembered is None else remembered)

        states = tuple(f"prev_{kind}" for kind in kinds)
        return by_name(("x", *states, "Wx", "Wh", "b"), step_forward)

    def _right_backward(self, steps: Steps) -> Any:
        def step_backward(*args: Any) -> tuple[Any, ...]:
            asked = dict(zip(self.kinds, args[:-1], strict=False))
            found = steps.backward(f"{self.start}_step_backward", **asked)
            names = ["x", *(f"state.{kind}" for kind in self.kinds), "Wx", "Wh", "b"]
            return tuple(found[name] for name in names)

        return by_name((*(f"dnext_{kind}" for kind in self.kinds), "cache"), step_backward)


class StepCache(tuple[Any, ...]):
    """What a stood-in step remembers: its arguments and results, and its turn."""

    def at(self, t: int) -> StepCache:
        """Remember the turn."""
        self.t = t
        return self


def _make(
    namespace: Mapping[str, Any], name: str, spec: Spec, params: Arrays, dtype: str, device: str
) -> Cs231nRunner:
    on_cpu(device)
    return Cs231nRunner(namespace, name, spec, params)


ADAPTER = Adapter("course_cs231n", "numpy", Cs231nLayout(ORDERS), course_claims, _make)
