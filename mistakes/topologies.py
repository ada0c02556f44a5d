"""Mistakes in the topologies: what is read, what is handed on, and where it ends."""

from __future__ import annotations

import numpy as np

from rnncheck.mistakes.base_operation import OperationMistake, with_arguments
from rnncheck.protocol.names import Arrays
from rnncheck.protocol.operations import OperationSpec
from rnncheck.reference.operations import ReferenceOperation, bind


def _whole_rows(spec: OperationSpec, given: Arrays) -> Arrays:
    del spec
    return given | {"lengths": np.full_like(given["lengths"], len(given["x"]))}


def _one_short(spec: OperationSpec, given: Arrays) -> Arrays:
    del spec
    return given | {"lengths": np.maximum(given["lengths"] - 1, 1)}


def _from_zeros(spec: OperationSpec, given: Arrays) -> Arrays:
    del spec
    return given | {"h0": np.zeros_like(given["h0"])}


def _other_feed(spec: OperationSpec, dtype: str) -> ReferenceOperation:
    feed = "first" if spec.option("feed") == "every" else "every"
    return bind(OperationSpec(spec.name, (("feed", feed),)), dtype)


def _fed_otherwise(inner: ReferenceOperation, given: Arrays) -> Arrays:
    return _other_feed(inner.spec, inner.dtype).compute(given)


def _fed_otherwise_vjp(inner: ReferenceOperation, given: Arrays, upstream: Arrays) -> Arrays:
    return _other_feed(inner.spec, inner.dtype).compute_vjp(given, upstream)


def _decoder_alone(given: Arrays) -> tuple[ReferenceOperation, Arrays]:
    """Return what runs the decoder alone from zeros, and its arguments but for the lengths."""
    names = ("weight_ih", "weight_hh", "bias")
    own = {f"params.{name}": given[f"decoder.{name}"] for name in names}
    own |= {"x": given["fed"], "h0": np.zeros_like(given["h0"])}
    return bind(OperationSpec("sequence_to_vector"), given["fed"].dtype.name), own


def _unlinked(inner: ReferenceOperation, given: Arrays) -> Arrays:
    bound, own = _decoder_alone(given)
    shown = []
    for t in range(len(given["fed"])):
        lengths = np.full(given["h0"].shape[0], t + 1)
        shown.append(bound.compute(own | {"lengths": lengths})["vector"])
    return {"outputs": np.stack(shown)}


def _unlinked_vjp(inner: ReferenceOperation, given: Arrays, upstream: Arrays) -> Arrays:
    bound, own = _decoder_alone(given)
    found = {f"d.{n}": np.zeros_like(given[n]) for n in inner.spec.operation.differentiated}
    for t, d_vector in enumerate(upstream["outputs"]):
        lengths = np.full(given["h0"].shape[0], t + 1)
        back = bound.compute_vjp(own | {"lengths": lengths}, {"vector": d_vector})
        found["d.fed"] += back["d.x"]
        for name in ("weight_ih", "weight_hh", "bias"):
            found[f"d.decoder.{name}"] += back[f"d.params.{name}"]
    return found


def _end_not_counted(inner: ReferenceOperation, given: Arrays) -> Arrays:
    right = inner.compute(given)
    tokens, end = right["tokens"], given["end"]
    return {
        "tokens": np.where(tokens == end, -1, tokens),
        "lengths": right["lengths"] - (tokens == end).any(axis=0),
    }


def _endless(inner: ReferenceOperation, given: Arrays) -> Arrays:
    """Go on after the end token, until there are as many steps as are allowed."""
    tokens, h, token = [], given["h0"], given["first"]
    for _ in range(int(given["most"])):
        read = np.eye(len(given["params.bias_o"]), dtype=h.dtype)[token]
        a = read @ given["params.weight_ih"].T + h @ given["params.weight_hh"].T
        h = np.tanh(a + given["params.bias"])
        token = np.argmax(h @ given["params.weight_ho"].T + given["params.bias_o"], axis=1)
        tokens.append(token)
    return {"tokens": np.stack(tokens), "lengths": np.full(len(token), len(tokens))}


OPERATION_MISTAKES = (
    OperationMistake(
        "vector_after_padding",
        "the vector is the output after the padding",
        "Look at a row that ends early.",
        "sequence_to_vector",
        *with_arguments(_whole_rows),
    ),
    OperationMistake(
        "vector_one_step_early",
        "the vector is the output before each row's last",
        "Steps count from 0, lengths from 1.",
        "sequence_to_vector",
        *with_arguments(_one_short),
    ),
    OperationMistake(
        "vector_fed_otherwise",
        "the vector is read at every step where it should be read once, or the other way round",
        "Look at what the second step reads.",
        "vector_to_sequence",
        forward=_fed_otherwise,
        backward=_fed_otherwise_vjp,
    ),
    OperationMistake(
        "sequence_from_zeros",
        "the initial state is zeros in place of the one that is given",
        "Look at the state before the first step.",
        "vector_to_sequence",
        *with_arguments(_from_zeros),
    ),
    OperationMistake(
        "decoder_starts_from_zeros",
        "the decoder starts from zeros in place of the encoder's final state",
        "Look at the state before the decoder's first step.",
        "encoder_decoder",
        forward=_unlinked,
        backward=_unlinked_vjp,
    ),
    OperationMistake(
        "encoder_reads_padding",
        "the encoder runs on past the end of a row",
        "Look at a row that ends early.",
        "encoder_decoder",
        *with_arguments(_whole_rows),
    ),
    OperationMistake(
        "end_token_not_counted",
        "the end token is no part of what is written",
        "Look at the last token of a row.",
        "generate",
        forward=_end_not_counted,
    ),
    OperationMistake(
        "writes_after_the_end",
        "a row goes on after its end token",
        "Look at a row that ends before the others.",
        "generate",
        forward=_endless,
    ),
)
