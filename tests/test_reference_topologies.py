"""The four shapes of use, generation to an end token, and the gradients of each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from rnncheck.protocol.names import group
from rnncheck.protocol.spec import GATES, Padding, Spec, SpecError
from rnncheck.reference import encoder_decoder, generation, topologies
from rnncheck.reference.arrays import Named, prefixed
from rnncheck.reference.differences import complex_step
from rnncheck.reference.implementation import ReferenceImplementation, bind
from tests.reference_cases import Drawn, Numbers, make, same, worst

ALLOWED = 1e-12
LENGTHS = np.array([5, 2, 0])
BOTH = ("forward", "reverse")
CELLS = pytest.mark.parametrize("cell", GATES)

Forward = Callable[[ReferenceImplementation, Numbers, Named], Named]


def spec_of(cell: str, **options: object) -> Spec:
    """Return a small spec with an output layer."""
    return Spec(cell, 2, (4,), output_size=3, output_activation="sigmoid").with_(**options)


def inputs(case: Drawn, x: Numbers) -> Named:
    """Return what a gradient is taken in."""
    return prefixed("params.", case.params) | prefixed("state.", case.state) | {"x": x}


def by_complex_step(case: Drawn, x: Numbers, run: Forward, d_outputs: Numbers) -> Named:
    """Return the gradients of sum(d_outputs * outputs) + sum(d_state * state) of a forward."""

    def total(arrays: Named) -> Numbers:
        network = ReferenceImplementation(case.spec, group(arrays, "params"), "complex128")
        return loss(run(network, arrays["x"], group(arrays, "state")), d_outputs, case.d_state)

    grads = complex_step(total, inputs(case, x))
    return {"d." + name.removeprefix("params."): array for name, array in grads.items()}


def loss(results: Named, d_outputs: Numbers, d_state: Named) -> Numbers:
    """Return the sum whose gradients d_outputs and d_state are."""
    parts = [(d_outputs * results["outputs"]).sum()]
    parts += [(d * results[f"state.{part}"]).sum() for part, d in d_state.items()]
    return np.asarray(sum(parts))


@CELLS
def test_sequence_to_sequence_gives_every_output(cell: str) -> None:
    """All T outputs, and the gradients of all of them."""
    case = make(spec_of(cell), 5, 3)
    bound = bind(case.spec, case.params)
    got = topologies.sequence_to_sequence(bound, case.x, case.state, LENGTHS)
    assert got["outputs"].shape == (5, 3, 3)
    upstream = (case.state, case.d_outputs, case.d_state)
    grads = topologies.sequence_to_sequence_vjp(bound, case.x, *upstream, LENGTHS)

    def run(network: ReferenceImplementation, x: Numbers, state: Named) -> Named:
        return topologies.sequence_to_sequence(network, x, state, LENGTHS)

    same(grads, by_complex_step(case, case.x, run, case.d_outputs), ALLOWED)


@CELLS
@pytest.mark.parametrize("direction", BOTH)
@pytest.mark.parametrize("outputs", ["zero", "repeat"])
def test_sequence_to_vector_gives_the_last_valid_output(
    cell: str, direction: str, outputs: str
) -> None:
    """Of each row the output processed last, whatever the padding shows; and its gradients."""
    spec = spec_of(cell, directions=(direction,), padding=Padding(outputs))
    case = make(spec, 5, 3)
    bound = bind(spec, case.params)
    got = topologies.sequence_to_vector(bound, case.x, case.state, LENGTHS)["outputs"]
    whole = bound.sequence(case.x, case.state, LENGTHS)["outputs"]
    ends = (4, 1) if direction == "forward" else (0, 0)
    assert np.array_equal(got[:2], [whole[ends[0], 0], whole[ends[1], 1]])
    assert not got[2].any()
    d_vector = case.d_outputs[0]
    grads = topologies.sequence_to_vector_vjp(
        bound, case.x, case.state, d_vector, case.d_state, LENGTHS
    )

    def run(network: ReferenceImplementation, x: Numbers, state: Named) -> Named:
        return topologies.sequence_to_vector(network, x, state, LENGTHS)

    same(grads, by_complex_step(case, case.x, run, d_vector), ALLOWED)


def test_sequence_to_vector_takes_each_direction_at_its_own_end() -> None:
    """Without a dense layer the vector is the final h of both directions side by side."""
    spec = Spec("gru", 2, (4,), directions=BOTH)
    case = make(spec, 5, 3)
    bound = bind(spec, case.params)
    lengths = np.array([5, 2, 1])
    got = topologies.sequence_to_vector(bound, case.x, case.state, lengths)
    ends = [got["state.l0.h"], got["state.l0.reverse.h"]]
    assert np.array_equal(got["outputs"], np.concatenate(ends, axis=1))
    dense = make(spec.with_(output_size=3), 5, 3)
    with pytest.raises(SpecError, match="has no last output"):
        topologies.sequence_to_vector(bind(dense.spec, dense.params), dense.x)


@CELLS
@pytest.mark.parametrize("every_step", [False, True])
def test_vector_to_sequence(cell: str, every_step: bool) -> None:
    """The vector at step 0 and zeros after it, or at every step; and its gradients."""
    case = make(spec_of(cell), 4, 3)
    bound, vector = bind(case.spec, case.params), case.x[0]
    got = topologies.vector_to_sequence(bound, vector, 4, case.state, every_step)
    fed = np.stack([vector] + 3 * [vector if every_step else 0 * vector])
    same(got, bound.sequence(fed, case.state), 0.0)
    upstream = (case.state, case.d_outputs, case.d_state)
    grads = topologies.vector_to_sequence_vjp(bound, vector, 4, *upstream, every_step)

    def run(network: ReferenceImplementation, x: Numbers, state: Named) -> Named:
        return topologies.vector_to_sequence(network, x, 4, state, every_step)

    same(grads, by_complex_step(case, vector, run, case.d_outputs), ALLOWED)


def test_a_sequence_from_a_vector_has_a_step() -> None:
    """No steps would leave the vector unread."""
    case = make(spec_of("gru"))
    with pytest.raises(ValueError, match="steps is 0"):
        topologies.vector_to_sequence(bind(case.spec, case.params), case.x[0], 0)


def pair(cell: str) -> tuple[Drawn, Drawn, dict[str, Any]]:
    """Return an encoder's and a decoder's case, and their lengths: other D, O, T; same state."""
    size = 3 if cell == "jordan" else 0
    encoder = make(Spec(cell, 2, (4,), output_size=size), 5, 3, 1)
    decoder = make(spec_of(cell, input_size=5), 4, 3, 2)
    return encoder, decoder, {"lengths": LENGTHS, "fed_lengths": np.array([1, 4, 3])}


@CELLS
def test_decoder_starts_from_the_encoders_final_state(cell: str) -> None:
    """Two calls by hand; a source of length 0 hands over the encoder's initial state."""
    encoder, decoder, lengths = pair(cell)
    first, second = bind(encoder.spec, encoder.params), bind(decoder.spec, decoder.params)
    got = encoder_decoder.sequence(first, second, encoder.x, decoder.x, encoder.state, **lengths)
    middle = group(first.sequence(encoder.x, encoder.state, lengths["lengths"]), "state")
    same(got, second.sequence(decoder.x, middle, lengths["fed_lengths"]), 0.0)
    assert all(np.array_equal(middle[part][2], encoder.state[part][2]) for part in middle)


@CELLS
def test_gradients_go_through_the_decoder_into_the_encoder(cell: str) -> None:
    """Both networks' gradients against complex steps of the whole chain."""
    encoder, decoder, lengths = pair(cell)
    first, second = bind(encoder.spec, encoder.params), bind(decoder.spec, decoder.params)
    got = encoder_decoder.sequence_vjp(
        first,
        second,
        encoder.x,
        decoder.x,
        encoder.state,
        decoder.d_outputs,
        decoder.d_state,
        **lengths,
    )

    def total(arrays: Named) -> Numbers:
        sides = [
            ReferenceImplementation(case.spec, group(arrays, f"{side}.params"), "complex128")
            for side, case in (("encoder", encoder), ("decoder", decoder))
        ]
        x, fed, state = arrays["encoder.x"], arrays["decoder.x"], group(arrays, "encoder.state")
        results = encoder_decoder.sequence(sides[0], sides[1], x, fed, state, **lengths)
        return loss(results, decoder.d_outputs, decoder.d_state)

    arrays = prefixed("encoder.", inputs(encoder, encoder.x))
    arrays |= prefixed("decoder.params.", decoder.params) | {"decoder.x": decoder.x}
    expected = {
        "d." + name.replace("params.", ""): array
        for name, array in complex_step(total, arrays).items()
    }
    handed_over = {name for name in got if name.startswith("d.decoder.state.")}
    assert {name.removeprefix("d.decoder.state.") for name in handed_over} == decoder.state.keys()
    same({name: got[name] for name in got.keys() - handed_over}, expected, ALLOWED)
    assert worst(got["d.encoder.weight_hh"], 0 * got["d.encoder.weight_hh"]) > 0


def test_an_encoder_of_another_state_is_refused() -> None:
    """Another cell, width or number of layers: said before anything runs."""
    gru, lstm = make(Spec("gru", 2, (4,))), make(Spec("lstm", 2, (4,)))
    with pytest.raises(SpecError, match="the encoder ends in the state"):
        encoder_decoder.sequence(
            bind(gru.spec, gru.params), bind(lstm.spec, lstm.params), gru.x, lstm.x
        )


def speller(ends: int = 3) -> ReferenceImplementation:
    """Return a network over 5 tokens that writes t + 1 after t, up to a last one again and again.

    One unit a token: h is the one-hot input shifted by W_hh = 0, W_ih = the successor.
    """
    spec = Spec("elman", 5, (5,), output_size=5, activation="identity", biases="none")
    follow = np.eye(5)[[min(token + 1, ends) for token in range(5)]].T  # (5, 5)
    params = {
        "weight_ih": follow[None],
        "weight_hh": np.zeros((1, 5, 5)),
        "weight_ho": np.eye(5),
        "bias_o": np.zeros(5),
    }
    return bind(spec, params)


def test_generation_stops_each_row_at_its_end_token() -> None:
    """From 0, 2 and 1 up to 3: three, one and two steps, the end token among them."""
    got = generation.generate(speller(), np.array([0, 2, 1]), end=3, most=9)
    assert got.tokens.tolist() == [[1, 3, 2], [2, -1, 3], [3, -1, -1]]
    assert got.lengths.tolist() == [3, 1, 2]
    assert got.x[:, 0].argmax(axis=1).tolist() == [0, 1, 2]
    assert not got.x[1:, 1].any()
    assert not got.outputs[1:, 1].any()


def test_generation_without_an_end_token_stops_at_the_most() -> None:
    """A network that never writes the end token writes `most` tokens."""
    got = generation.generate(speller(), np.array([0, 3]), end=4, most=6)
    assert got.tokens[:, 0].tolist() == [1, 2, 3, 3, 3, 3]
    assert got.lengths.tolist() == [6, 6]


@CELLS
def test_generated_outputs_are_those_of_the_tokens_read(cell: str) -> None:
    """Running over the chosen tokens gives the same numbers: its gradients are those at them."""
    spec = Spec(cell, 6, (4,), output_size=6, output_activation="tanh")
    case = make(spec, 1, 5, scale=2.0)
    bound, first = bind(spec, case.params), np.array([0, 1, 2, 3, 4])
    runs = [generation.generate(bound, first, end, 7, case.state) for end in range(6)]
    end, got = next((e, g) for e, g in enumerate(runs) if g.lengths.min() < g.lengths.max())
    again = bound.sequence(got.x, case.state, got.lengths)
    assert np.array_equal(again["outputs"], got.outputs)
    assert all(np.array_equal(again[f"state.{part}"], got.state[part]) for part in got.state)
    for row, length in enumerate(got.lengths):
        written = got.tokens[:length, row]
        assert np.array_equal(got.outputs[:length, row].argmax(axis=1), written)
        assert np.array_equal(got.x[1:length, row].argmax(axis=1), written[:-1])
        assert end not in written[:-1]
        assert length == 7 or written[-1] == end


def test_generation_goes_on_from_an_encoder() -> None:
    """Encoder, then decoder fed with what it writes."""
    encoder = make(Spec("gru", 2, (4,)), 5, 3, 1)
    writer = make(Spec("gru", 6, (4,), output_size=6), 1, 3, 2)
    first, second = bind(encoder.spec, encoder.params), bind(writer.spec, writer.params)
    start = encoder_decoder.handed(first, second, encoder.x, encoder.state, LENGTHS)
    tokens = np.array([0, 0, 0])
    got = generation.generate(second, tokens, end=5, most=3, state=start)
    one = second.step(np.eye(6)[tokens], start)
    assert np.array_equal(got.outputs[0], one["outputs"])


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"first": np.array([5])}, "from 0 to 4"),
        ({"first": np.array([0.0])}, "whole numbers"),
        ({"first": np.array([], dtype=int)}, "one for each row"),
        ({"end": -1}, "end is -1"),
        ({"most": 0}, "most is 0"),
    ],
)
def test_wrong_tokens_are_refused(changes: dict[str, Any], said: str) -> None:
    """A token outside the vocabulary, no rows, no steps."""
    arguments: dict[str, Any] = {"first": np.array([0]), "end": 3, "most": 4} | changes
    with pytest.raises(ValueError, match=said):
        generation.generate(speller(), **arguments)


def test_a_network_that_cannot_read_what_it_writes_is_refused() -> None:
    """As many outputs as inputs."""
    case = make(spec_of("gru"))
    with pytest.raises(SpecError, match="3 outputs, 2 inputs"):
        generation.generate(bind(case.spec, case.params), np.array([0]), end=1, most=2)
