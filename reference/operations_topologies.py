"""The four topologies over Elman networks as operations: see topologies and its neighbours."""

from __future__ import annotations

import numpy as np

from rnncheck.protocol.names import group
from rnncheck.protocol.operations import OperationSpec
from rnncheck.reference import encoder_decoder, generation, topologies
from rnncheck.reference.arrays import Named
from rnncheck.reference.implementation import ReferenceImplementation
from rnncheck.reference.operations_time import bound_params, elman_of, network, own_gradients


def _nothing(given: Named) -> Named:
    return {"h": np.zeros_like(given["h0"])}


def _start(given: Named) -> Named:
    return {"h": given["h0"]}


def _own(grads: Named) -> Named:
    return own_gradients(grads, "params") | {"h0": grads["d.state.h"]}


def _to_vector(spec: OperationSpec, given: Named) -> Named:
    del spec
    bound = network(group(given, "params"))
    found = topologies.sequence_to_vector(bound, given["x"], _start(given), given["lengths"])
    return {"vector": found["outputs"]}


def _to_vector_back(spec: OperationSpec, given: Named, d: Named) -> Named:
    del spec
    bound, rest = network(group(given, "params")), (d["vector"], _nothing(given), given["lengths"])
    grads = topologies.sequence_to_vector_vjp(bound, given["x"], _start(given), *rest)
    return _own(grads) | {"x": grads["d.x"]}


def _to_sequence(spec: OperationSpec, given: Named) -> Named:
    found = topologies.vector_to_sequence(
        network(group(given, "params")),
        given["vector"],
        int(given["steps"]),
        _start(given),
        spec.option("feed") == "every",
    )
    return {"outputs": found["outputs"]}


def _to_sequence_back(spec: OperationSpec, given: Named, d: Named) -> Named:
    grads = topologies.vector_to_sequence_vjp(
        network(group(given, "params")),
        given["vector"],
        int(given["steps"]),
        _start(given),
        d["outputs"],
        _nothing(given),
        spec.option("feed") == "every",
    )
    return _own(grads) | {"vector": grads["d.x"]}


def _both(given: Named) -> tuple[ReferenceImplementation, ReferenceImplementation]:
    return network(group(given, "encoder")), network(group(given, "decoder"))


def _translate(spec: OperationSpec, given: Named) -> Named:
    del spec
    found = encoder_decoder.sequence(
        *_both(given), given["x"], given["fed"], _start(given), given["lengths"]
    )
    return {"outputs": found["outputs"]}


def _translate_back(spec: OperationSpec, given: Named, d: Named) -> Named:
    del spec
    grads = encoder_decoder.sequence_vjp(
        *_both(given),
        given["x"],
        given["fed"],
        _start(given),
        d["outputs"],
        _nothing(given),
        given["lengths"],
    )
    sides = {side: {f"d.{n}": a for n, a in group(grads, f"d.{side}").items()} for side in SIDES}
    own = own_gradients(sides["encoder"], "encoder") | own_gradients(sides["decoder"], "decoder")
    inner = {"x": grads["d.encoder.x"], "fed": grads["d.decoder.x"]}
    return own | inner | {"h0": grads["d.encoder.state.h"]}


SIDES = ("encoder", "decoder")


def _generate(spec: OperationSpec, given: Named) -> Named:
    del spec
    params, most = group(given, "params"), int(given["most"])
    own = elman_of(params).with_(output_size=len(params["bias_o"]))
    dense = {name: params[name] for name in ("weight_ho", "bias_o")}
    dtype = params["weight_ih"].dtype.name
    bound = ReferenceImplementation(own, bound_params(params) | dense, dtype)
    found = generation.generate(bound, given["first"], int(given["end"]), most, _start(given))
    tokens = np.full((most, len(given["first"])), -1)
    tokens[: len(found.tokens)] = found.tokens
    return {"tokens": tokens, "lengths": found.lengths}


FORWARD = {
    "sequence_to_vector": _to_vector,
    "vector_to_sequence": _to_sequence,
    "encoder_decoder": _translate,
    "generate": _generate,
}
BACKWARD = {
    "sequence_to_vector": _to_vector_back,
    "vector_to_sequence": _to_sequence_back,
    "encoder_decoder": _translate_back,
}
