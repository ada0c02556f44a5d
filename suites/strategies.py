"""Hypothesis strategies: records like those of a check, with other sizes, seeds and lengths."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from rnncheck.suites.operation_case import OperationCaseSpec
from rnncheck.suites.sizes import sized
from rnncheck.suites.trial import AnyRecord

MOST_STEPS = 6


@st.composite
def like(draw: st.DrawFn, templates: tuple[AnyRecord, ...]) -> AnyRecord:
    """Draw a record that asks for the same as one of the templates.

    Args:
        draw: given by Hypothesis.
        templates: records of one check; golden and long ones are drawn as they are,
            since not every seed makes weights that remember over so many steps.
    """
    record = draw(st.sampled_from(templates), label="like")
    if record.golden:
        return record
    if isinstance(record, OperationCaseSpec):
        return draw(_operation_like(record))
    if record.remember:
        return record
    steps = draw(st.integers(record.split + 1, MOST_STEPS), label="T")
    batch = draw(st.integers(1, 4), label="B")
    spec = sized(
        record.spec, draw(st.integers(1, 5), label="D"), draw(st.integers(1, 5), label="H")
    )
    lengths: tuple[int, ...] = ()
    if record.lengths:
        shortest = st.integers(0 if 0 in record.lengths else 1, steps)
        lengths = tuple(draw(st.lists(shortest, min_size=batch, max_size=batch), label="lengths"))
    seed = draw(st.integers(0, 2**20), label="seed")
    return replace(record, spec=spec, steps=steps, batch=batch, seed=seed, lengths=lengths)


@st.composite
def _operation_like(draw: st.DrawFn, record: OperationCaseSpec) -> OperationCaseSpec:
    """Draw another seed, and other sizes; not smaller ones where scalars may depend on them."""
    sizes = tuple(
        (letter, draw(st.integers(size if record.values else 1, size + 2), label=letter))
        for letter, size in record.sizes
    )
    return replace(record, sizes=sizes, seed=draw(st.integers(0, 2**20), label="seed"))
