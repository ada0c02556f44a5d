"""The scalar transcription behind the protocol's calls: arrays in, arrays out.

`python -m tests.transcription_producer` writes into the manifest which goldens it agrees with.
"""

from __future__ import annotations

import cmath
import copy
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from rnncheck.fixtures.agreement import record
from rnncheck.protocol.claims import claims
from rnncheck.protocol.names import Array, Arrays
from rnncheck.protocol.spec import Dropout, Spec, SpecError
from tests.scalar_transcription import Row, run_network, run_row

NAME = "scalar transcription"
STEP = 1e-100
Place = tuple[int, ...]


class Transcription:
    """Runs rows one by one; gradients by complex-step differences of every single number."""

    def __init__(
        self, spec: Spec, params: Mapping[str, Array], dtype: str = "float64", device: str = "cpu"
    ) -> None:
        """Bind; several layers or directions neither have an output layer nor drop anything."""
        if runner(spec.to_json()) is run_network and (
            spec.output_size or spec.dropout != Dropout()
        ):
            raise SpecError(
                "the transcription has neither an output layer nor dropout in a network"
            )
        self.spec = spec
        self.options: dict[str, Any] = spec.to_json()
        self.params: dict[str, Any] = {name: array.tolist() for name, array in params.items()}
        self.facts: dict[str, Any] = {}
        self.claims = claims(
            "sequence sequence_vjp all_outputs initial_state final_state trace "
            "lengths mask zero_length dropout dropout_given float64".split()
        )

    def step(self, x: Array, state: Mapping[str, Array] | None) -> Arrays:
        """Not claimed."""
        raise NotImplementedError

    def step_vjp(
        self,
        x: Array,
        state: Mapping[str, Array] | None,
        d_outputs: Array,
        d_state: Mapping[str, Array],
    ) -> Arrays:
        """Not claimed."""
        raise NotImplementedError

    def rows(
        self, x: Any, state: Any, valid: Any, numbers: Any = cmath, drop: Any = None
    ) -> list[Row]:
        """Run every row, given nested lists, time first."""
        return [
            runner(self.options)(
                self.options,
                self.params,
                [step[b] for step in x],
                {part: rows[b] for part, rows in state.items()},
                [step[b] for step in valid],
                numbers,
                drop=of_row(drop, b),
            )
            for b in range(len(valid[0]))
        ]

    def sequence(
        self,
        x: Array,
        state: Mapping[str, Array] | None = None,
        lengths: Array | None = None,
        mask: Array | None = None,
        dropout: Mapping[str, Array] | None = None,
    ) -> Arrays:
        """Compute outputs, final state and trace in float64."""
        assert state is not None
        given = {part: array.tolist() for part, array in state.items()}
        valid = valid_steps(x, lengths, mask)
        rows = self.rows(x.tolist(), given, valid, drop=factors(self.spec, dropout, len(x)))
        return {name: np.real(np.array(a)) for name, a in results(rows).items()}

    def sequence_vjp(
        self,
        x: Array,
        state: Mapping[str, Array] | None,
        d_outputs: Array,
        d_state: Mapping[str, Array],
        lengths: Array | None = None,
        mask: Array | None = None,
        dropout: Mapping[str, Array] | None = None,
    ) -> Arrays:
        """Differentiate the loss by every number on its own."""
        assert state is not None
        valid = valid_steps(x, lengths, mask)
        grads: dict[str, Any] = {}
        for name, values in self.params.items():
            grads[f"d.{name}"] = np.zeros(np.shape(values))
        grads |= {f"d.state.{part}": np.zeros(array.shape) for part, array in state.items()}
        grads |= {
            f"d.trace.{part}": np.zeros((len(x), *array.shape)) for part, array in state.items()
        }
        grads["d.x"] = np.zeros(x.shape)
        for b in range(x.shape[1]):
            one = OneRow(
                self.options,
                self.params,
                x[:, b].tolist(),
                {part: array[b].tolist() for part, array in state.items()},
                [step[b] for step in valid],
                d_outputs[:, b].tolist(),
                {part: array[b].tolist() for part, array in d_state.items()},
                of_row(factors(self.spec, dropout, len(x)), b),
            )
            for name in self.params:
                for place in places(self.params[name]):
                    grads[f"d.{name}"][place] += one.by_params(name, place)
            for place in places(one.x):
                grads["d.x"][place[0], b, place[1]] = one.by_x(place)
            for part, values in one.state.items():
                for k in range(len(values)):
                    grads[f"d.state.{part}"][b, k] = one.by_state(part, k)
                    for t in range(len(x)):
                        grads[f"d.trace.{part}"][t, b, k] = one.by_trace(t, part, k)
        return grads


class OneRow:
    """The loss of one row of the batch, and its derivative by any number that it depends on."""

    def __init__(
        self,
        options: Any,
        params: Any,
        x: Any,
        state: Any,
        valid: Any,
        d_outputs: Any,
        d_final: Any,
        drop: Any = None,
    ) -> None:
        """Keep everything as nested lists."""
        self.drop = drop
        self.options, self.params, self.x, self.state = options, params, x, state
        self.valid, self.d_outputs, self.d_final = valid, d_outputs, d_final

    def slope(self, params: Any = None, x: Any = None, state: Any = None, moved: Any = None) -> Any:
        """Return the loss's imaginary part over the step, with some arguments moved by i STEP."""
        row = runner(self.options)(
            self.options,
            params or self.params,
            x or self.x,
            state or self.state,
            self.valid,
            cmath,
            moved,
            self.drop,
        )
        total = 0j
        for given, values in zip(self.d_outputs, row.outputs, strict=True):
            for d, value in zip(given, values, strict=False):
                total += d * value
        for part, given in self.d_final.items():
            for d, value in zip(given, row.final[part], strict=True):
                total += d * value
        return total.imag / STEP

    def by_params(self, name: str, place: Place) -> Any:
        """Return the derivative by one number of a parameter."""
        return self.slope(params=self.params | {name: nudged(self.params[name], place)})

    def by_x(self, place: Place) -> Any:
        """Return the derivative by x[t][d]."""
        return self.slope(x=nudged(self.x, place))

    def by_state(self, part: str, k: int) -> Any:
        """Return the derivative by a unit of the initial state."""
        return self.slope(state=self.state | {part: nudged(self.state[part], (k,))})

    def by_trace(self, t: int, part: str, k: int) -> Any:
        """Return the derivative by a unit of the state after a step; 0 where it is not valid."""
        return self.slope(moved={(t, part, k): 1j * STEP})


def runner(options: dict[str, Any]) -> Any:
    """Return what runs such a network: a lone layer in one direction has no prefix."""
    alone = len(options["hidden_sizes"]) == len(options["directions"]) == 1
    return run_row if alone else run_network


def nudged(values: Any, place: Place) -> Any:
    """Return a copy of nested lists with one number moved by i STEP."""
    copied = copy.copy(values)
    head, *rest = place
    copied[head] = nudged(values[head], tuple(rest)) if rest else values[head] + 1j * STEP
    return copied


def places(values: Any) -> Iterator[Place]:
    """Yield the index of every number in nested lists."""
    yield from np.ndindex(np.shape(values))


def factors(spec: Spec, kept: Mapping[str, Array] | None, steps: int) -> dict[str, Any]:
    """Return by what dropout multiplies, by time (or by gate) and row, as nested lists."""
    found: dict[str, Any] = {}
    for name, mask in (kept or {}).items():
        gates = spec.dropout.draw == "gate"
        every = mask if gates else np.broadcast_to(mask, (steps, *mask.shape[-2:]))
        found[name] = (every / getattr(spec.dropout, f"{name}_keep")).tolist()
    return found


def of_row(drop: dict[str, Any] | None, b: int) -> dict[str, Any]:
    """Return one row's part of what `factors` gives."""
    rows = {name: [step[min(b, len(step) - 1)] for step in e] for name, e in (drop or {}).items()}
    return rows  # a mask for the whole batch has one row


def valid_steps(x: Array, lengths: Array | None, mask: Array | None) -> list[list[bool]]:
    """Return by time and row whether a step counts."""
    steps, batch = x.shape[:2]
    return [
        [
            (lengths is None or t < int(lengths[b])) and (mask is None or bool(mask[t, b]))
            for b in range(batch)
        ]
        for t in range(steps)
    ]


def results(rows: list[Row]) -> dict[str, Any]:
    """Put rows side by side, as nested lists named as the protocol does; zeros where nothing is."""
    found: dict[str, Any] = {"outputs": _by_time([row.outputs for row in rows])}
    for part in rows[0].final:
        found[f"state.{part}"] = [row.final[part] for row in rows]
    names = {name for row in rows for step in row.trace for name in step}
    for name in names:
        found[f"trace.{name}"] = _by_time([[s.get(name, []) for s in row.trace] for row in rows])
    return found


def _by_time(rows: list[list[list[Any]]]) -> list[list[list[Any]]]:
    width = max(len(step) for row in rows for step in row)
    return [
        [row[t] or [0.0] * width for row in rows] for t in range(len(rows[0]))
    ]  # (B, T, W) to (T, B, W)


def main() -> None:
    """Record the agreement in the clone's manifest, and print what did not agree."""
    for found in record({NAME: Transcription}, Path(__file__).resolve().parents[1] / "fixtures"):
        if found.status != "passed":
            print(f"{found.name}: {found.status}: {found.detail}")


if __name__ == "__main__":
    main()
