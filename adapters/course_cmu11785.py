"""CMU 11-785: the classes RNNCell and GRUCell, with init_weights, forward, backward and zero_grad.

Weights are (H, D) and (H, H), x is (N, D), or one row (D,) where a class takes no batch. A GRU is
h = (1 - z) n + z h, r inside n after the matmul; older terms have no biases, h = (1 - z) h + z n and
r before the matmul, and call the candidate's matrices Wx and Wh.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Mapping
from typing import Any

import numpy as np

from rnncheck.adapters.base import Adapter, Layout
from rnncheck.adapters.base_answers import find
from rnncheck.adapters.base_called import called, construct
from rnncheck.adapters.base_course import CourseRunner, course_claims, on_cpu, take
from rnncheck.protocol.claims import claims
from rnncheck.protocol.faults import Fault
from rnncheck.protocol.names import Array, Arrays
from rnncheck.protocol.spec import Spec

KINDS = {"weight_ih": "W{}x", "weight_hh": "W{}h", "bias_ih": "b{}x", "bias_hh": "b{}h"}
ELMAN = {"weight_ih": "W_ih", "weight_hh": "W_hh", "bias_ih": "b_ih", "bias_hh": "b_hh"}
GATES = ("r", "z", "n")
WEIGHTS_IN = ("W_ih", "Wrx", "Wzx", "Wnx")
OTHER_TERMS = {
    "brx": "bir", "bzx": "biz", "bnx": "bin", "brh": "bhr", "bzh": "bhz", "bnh": "bhn",
    "Wnx": "Wx", "Wnh": "Wh",
}  # fmt: skip
TELLING = {"N": 3, "D": 5, "H": 7}  # sizes that no axis has by chance

Row = Callable[[Array], Array]
Way = Callable[[Arrays, bool], Arrays]


class Cmu11785Layout(Layout):
    """One matrix for each gate."""

    def params_out(self, spec: Spec, params: Arrays) -> Arrays:
        """Give each gate its own matrices, in the order of init_weights."""
        if spec.cell == "elman":
            return {ELMAN[name]: a[0] for name, a in params.items()}
        return {
            KINDS[name].format(gate): a[spec.gates.index(gate)]
            for name, a in params.items()
            for gate in GATES
        }

    def params_in(self, spec: Spec, native: Arrays) -> Arrays:
        """Stack the gates again."""
        if spec.cell == "elman":
            return {name: native[own][None] for name, own in ELMAN.items() if own in native}
        return {
            name: np.stack([native[own.format(gate)] for gate in spec.gates])
            for name, own in KINDS.items()
            if own.format("r") in native
        }

    def rerun(
        self, spec: Spec, call: str, name: str, given: Collection[str] | None = None
    ) -> list[str]:
        """Return lines that reproduce a call; `name` is that of the class."""
        del given
        elman = spec.cell == "elman"
        names = [*ELMAN.values()] if elman else [o.format(g) for o in KINDS.values() for g in GATES]
        lines = [
            f"cell = {name}(x.shape[1], state_h.shape[1])",
            "cell.init_weights(*params.values())",
            "new_h = cell.forward(x, state_h)",
        ]
        if not call.endswith("_vjp"):
            return [*lines, "outputs = state_h = new_h"]
        more = ", new_h, x, state_h" if elman else ""
        back = f"d_x, d_state_h = cell.backward(d_outputs + d_state_h{more})"
        return [
            *lines,
            back,
            *(f"d_{n} = cell.d{n}" for n in names if spec.biases != "none" or n[0] == "W"),
        ]


class Cmu11785Runner(CourseRunner):
    """Makes a cell for each call, and for each row where it takes no batch."""

    def step(self, own: Arrays) -> Arrays:
        """Run one step."""
        return self._batch_or_rows(own, back=False)

    def step_vjp(self, own: Arrays) -> Arrays:
        """Run one step and its gradients."""
        return self._batch_or_rows(own, back=True)

    def _batch_or_rows(self, own: Arrays, *, back: bool) -> Arrays:
        """Run on the batch, or row by row, or with each row's delta as (1, H): as the class is.

        The first way that works where N, D and H are told apart is its way at any size.
        """
        ways: tuple[Way, ...] = (self._batch, self._rows, self._rows_of_delta)
        telling = self._telling(back)
        for way in ways:
            if self._works(way, telling, back):
                return way(own, back)
        first: Exception | None = None
        for way in ways:
            try:
                return way({n: a.copy() for n, a in own.items()}, back)
            except NotImplementedError:
                raise
            except Exception as error:
                if isinstance(error, Fault) and error.kind == "not_implemented":
                    raise
                if first is None or isinstance(first, AssertionError):
                    first = error  # an assertion of the course's refuses a batch
                if back and way == self._rows and self._takes_rows(own):
                    first = error  # it takes no batch: what fails there is no fault of it
        assert first is not None
        raise first from None

    def _telling(self, back: bool) -> tuple[Arrays, Arrays]:
        """Return parameters and arguments of telling sizes."""
        dtype = next(iter(self.params.values())).dtype
        n, d, h = TELLING["N"], TELLING["D"], TELLING["H"]
        inputs = [name for name in self.params if name in WEIGHTS_IN]
        shapes = {
            name: (h, d if name in inputs else h)[: a.ndim] for name, a in self.params.items()
        }
        given = {"x": (n, d), "state.h": (n, h)}
        given |= {"d_outputs": (n, h), "d_state.h": (n, h)} if back else {}
        made = [
            {k: _spread(shape, dtype) for k, shape in group.items()} for group in (shapes, given)
        ]
        return made[0], made[1]

    def _works(self, way: Way, telling: tuple[Arrays, Arrays], back: bool) -> bool:
        own, self.params = self.params, telling[0]
        try:
            way({n: a.copy() for n, a in telling[1].items()}, back)
        except Exception:
            return False
        finally:
            self.params = own
        return True

    def _batch(self, own: Arrays, back: bool) -> Arrays:
        return self._run(own, back=back)

    def _rows(self, own: Arrays, back: bool, delta: Row = lambda a: a) -> Arrays:
        found = []
        for row in range(len(own["x"])):
            given = {n: delta(a[row]) if n[:2] == "d_" else a[row] for n, a in own.items()}
            found.append(self._run(given, back=back))
        return {name: _joined(name, [row[name] for row in found]) for name in found[0]}

    def _rows_of_delta(self, own: Arrays, back: bool) -> Arrays:
        return self._rows(own, back, lambda a: a[None])

    def _takes_rows(self, own: Arrays) -> bool:
        try:
            self._rows({n: a.copy() for n, a in own.items() if n[:2] != "d_"}, False)
        except Exception:
            return False
        return True

    def _run(self, own: Arrays, *, back: bool) -> Arrays:
        x, h = own["x"], own["state.h"]
        cell = self._cell(x.shape[-1], h.shape[-1])
        who = f"{self.name}.forward"
        new = take(self._ask(cell, "forward", "x, h_prev_t", x, h), ("h",), who)["h"]
        if np.size(new) != h.size:
            raise Fault("shape", f"{who} gave back shape {np.shape(new)}; asked for {h.shape}")
        if not back:
            return {"outputs": new, "state.h": new}
        delta = own["d_outputs"] + own["d_state.h"]
        args = (delta, np.array(new), x.copy(), h.copy()) if self.spec.cell == "elman" else (delta,)
        how = "delta, h_t, h_prev_l, h_prev_t" if len(args) > 1 else "delta"
        answer = self._ask(cell, "backward", how, *args)
        found = take(answer, ("d.x", "d.state.h"), f"{self.name}.backward")
        if np.size(found["d.x"]) != x.size:
            raise Fault("shape", f"dx has shape {np.shape(found['d.x'])}; asked for {x.shape}")
        return found | {f"d.{name}": self._gradient(cell, name) for name in self.params}

    def _cell(self, inputs: int, hidden: int) -> Any:
        cell = construct(find(self.namespace, self.name), inputs, hidden)
        try:
            self._put(cell)
        except (AttributeError, TypeError):
            for name, array in self.params.items():
                own = OTHER_TERMS.get(name, name)
                setattr(cell, own if hasattr(cell, own) else name, array.copy())
        if callable(getattr(cell, "zero_grad", None)):
            cell.zero_grad()
        return cell

    def _put(self, cell: Any) -> None:
        """Call init_weights: by its arguments' names where these are the course's, else in order."""
        names = {OTHER_TERMS.get(name, name): name for name in self.params}
        names |= {name: name for name in self.params}
        asked = [*inspect.signature(cell.init_weights).parameters]
        if {names.get(name) for name in asked} == self.params.keys():
            cell.init_weights(**{name: self.params[names[name]].copy() for name in asked})
        else:
            cell.init_weights(*self.weights())

    def _ask(self, cell: Any, name: str, how: str, *args: Any) -> Any:
        method = getattr(cell, name, None)
        if not callable(method):
            raise Fault("not_implemented", f"{self.name} has no method {name}")
        with called(method, f"{self.name}.{name}({how})", *args):
            return method(*args)

    def _gradient(self, cell: Any, name: str) -> Any:
        for own in (f"d{name}", f"d{OTHER_TERMS.get(name, name)}"):
            if getattr(cell, own, None) is not None:
                return getattr(cell, own)
        raise Fault("error", f"{self.name} has no d{name} after backward")


def _spread(shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
    return np.linspace(-1, 1, int(np.prod(shape))).reshape(shape).astype(dtype)


def _joined(name: str, rows: list[Any]) -> Array:
    """Join what the rows of a batch gave: gradients of weights are summed."""
    arrays = [np.asarray(row) for row in rows]
    if name.startswith("d.") and name not in ("d.x", "d.state.h"):
        return np.sum(arrays, axis=0)  # type: ignore[no-any-return]  # an array of the rows' shape
    return np.stack([array.reshape(-1) for array in arrays])


def _claims(spec: Spec) -> frozenset[str]:
    return course_claims(spec) - claims(("sequence", "sequence_vjp", "all_outputs"))


def _make(
    namespace: Mapping[str, Any], name: str, spec: Spec, params: Arrays, dtype: str, device: str
) -> Cmu11785Runner:
    on_cpu(device)
    return Cmu11785Runner(namespace, name, spec, params)


ADAPTER = Adapter("course_cmu11785", "numpy", Cmu11785Layout(), _claims, _make)
