"""The embedding and the dense layer over time as operations."""

from __future__ import annotations

from rnncheck.protocol.operations import OperationSpec
from rnncheck.reference import embedding
from rnncheck.reference.arrays import Named, Numbers, as_array


def _embedding(spec: OperationSpec, given: Named) -> Named:
    del spec
    return {"x": embedding.forward(given["table"], given["ids"])}


def _embedding_back(spec: OperationSpec, given: Named, d: Named) -> Named:
    del spec
    return {"table": embedding.backward(given["table"], given["ids"], d["x"])}


def _dense(spec: OperationSpec, given: Named) -> Named:
    del spec
    return {"outputs": given["h"] @ given["weight"].T + given["bias"]}


def _dense_back(spec: OperationSpec, given: Named, d: Named) -> Named:
    del spec
    d_outputs = d["outputs"]  # (T, B, O)
    return {
        "h": d_outputs @ given["weight"],
        "weight": _flat(d_outputs).T @ _flat(given["h"]),
        "bias": _flat(d_outputs).sum(axis=0),
    }


def _flat(array: Numbers) -> Numbers:
    """Return (T, B, W) as (T * B, W)."""
    return as_array(array.reshape(-1, array.shape[-1]))


FORWARD = {"embedding": _embedding, "dense_over_time": _dense}
BACKWARD = {"embedding": _embedding_back, "dense_over_time": _dense_back}
