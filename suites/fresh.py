"""Records like those of a check, with sizes, lengths and a seed of their own; without Hypothesis."""

from __future__ import annotations

import random
from dataclasses import replace

from rnncheck.suites.case import CaseSpec
from rnncheck.suites.operation_case import OperationCaseSpec
from rnncheck.suites.sizes import sized
from rnncheck.suites.trial import AnyRecord

STEPS, ROWS, WIDTH = 12, 24, 16  # most of each
CROWD = 64  # rows from which on a check needs as many as it asked for
LONGER = 4  # by how much an axis of an operation may be longer than asked for


class Fresh:
    """A stream of records; equal seeds give equal streams on every machine."""

    def __init__(self, seed: str) -> None:
        """Start the stream."""
        self._random = random.Random(seed).random
        self.again()

    def again(self) -> None:
        """Draw other sizes and another seed, shared by all records until the next call."""
        self._seed = self._between(0, 2**20)
        self._sizes = [self._between(1, most) for most in (STEPS, ROWS, WIDTH, WIDTH)]
        self._lengths = [self._random() for _ in range(ROWS)]

    def like(self, templates: tuple[AnyRecord, ...]) -> AnyRecord:
        """Return a record that asks for the same as one of the templates of a check.

        A golden is taken as it is; long cases and crowds keep their sizes.
        """
        record = templates[self._between(0, len(templates) - 1)]
        if record.golden:
            return record
        if isinstance(record, OperationCaseSpec):
            return self._operation(record)
        if record.remember or record.batch >= CROWD:
            return replace(record, seed=self._seed)
        steps, batch, inputs, hidden = self._sizes
        steps = max(steps, record.split + 1)
        return replace(
            record,
            spec=sized(record.spec, inputs, hidden),
            steps=steps,
            batch=batch,
            seed=self._seed,
            lengths=self._valid(record, steps, batch) if record.lengths else (),
        )

    def _operation(self, record: OperationCaseSpec) -> OperationCaseSpec:
        """Draw sizes, not smaller ones where scalars may depend on them, a seed and a scale.

        A scale makes numbers that are no multiples of 1/64, of which float32 holds sums and
        products; it is at most 1, as larger ones would saturate.
        """
        sizes = tuple(
            (letter, self._between(size if record.values else 1, size + LONGER))
            for letter, size in record.sizes
        )
        whole = any(result.kind == "int" for result in record.spec.operation.results)
        scale = record.scale * (1.0 if whole else 1 - self._random() / 2)
        return replace(record, sizes=sizes, seed=self._between(0, 2**20), scale=scale)

    def _valid(self, record: CaseSpec, steps: int, batch: int) -> tuple[int, ...]:
        least = 0 if 0 in record.lengths else 1
        return tuple(least + int(u * (steps + 1 - least)) for u in self._lengths[:batch])

    def _between(self, least: int, most: int) -> int:
        return least + int(self._random() * (most + 1 - least))
