"""The worker's loop: takes requests one by one, answers each with arrays or with a fault."""

from __future__ import annotations

import functools
import importlib
import json
import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any, NoReturn

import numpy as np

from rnncheck import adapters
from rnncheck.adapters import base_keras_old, base_torch_cuda
from rnncheck.adapters.base import Adapter, Runner
from rnncheck.adapters.base_answers import spelled, there
from rnncheck.adapters.base_methods import lift
from rnncheck.adapters.base_operations import OperationAdapter
from rnncheck.protocol.faults import Fault
from rnncheck.protocol.frame import (
    BOUND,
    DTYPES,
    MOST_AXES,
    Bounds,
    ClosedError,
    FrameError,
    dtype_code,
    encode,
    receive,
    send,
)
from rnncheck.protocol.names import Array, Arrays
from rnncheck.protocol.operations import operation_spec_from_json
from rnncheck.protocol.results import FLOATS
from rnncheck.protocol.spec import Spec, spec_from_json
from rnncheck.worker.confine import confine
from rnncheck.worker.probe import probe
from rnncheck.worker.student import fault_of, load_source, watched
from rnncheck.worker.worlds import enter, seed, set_dtype

_Meta = dict[str, Any]
_Reply = tuple[_Meta, Arrays]


@dataclass
class _Load:
    adapter: Adapter | OperationAdapter
    names: Mapping[str, Any]
    filename: str


@dataclass
class _Bound:
    load: _Load
    runner: Runner
    dtype: str


class Server:
    """Holds what was loaded and bound in this process.

    Attributes:
        filename: the file whose frames a traceback shows.
    """

    def __init__(self) -> None:
        """Start with nothing loaded."""
        self._loads: list[_Load] = []
        self._bound: dict[int, _Bound] = {}
        self.filename = "the submission"

    def answer(self, meta: _Meta, arrays: Arrays) -> bytes:
        """Return the frame that answers a request, whatever the stranger's code does."""
        work = {
            "enter": self._enter,
            "ready": self._ready,
            "probe": self._probe,
            "load": self._load,
            "bind": self._bind,
            "call": self._call,
        }
        try:
            if "bind" in meta:
                with watched():  # what binding shows is no fact of the call
                    arrays = self._bound_before(meta["bind"], arrays)
            with watched() as seen:
                reply, results = work[meta["op"]](meta, arrays)
            reply["facts"] = reply.get("facts", {}) | seen.facts()
            return encode({"id": meta["id"], **reply}, results)
        except Fault as error:
            fault = error
        except BaseException as error:  # SystemExit and the like are the stranger's too
            fault = fault_of(error, self.filename)
        words = {"kind": fault.kind, "message": str(fault), "detail": fault.detail}
        return encode({"id": meta["id"], "fault": words}, {})

    def _enter(self, meta: _Meta, arrays: Arrays) -> _Reply:
        enter(meta["world"], meta["device"])
        confine(meta["memory_mib"])
        return {}, {}

    def _ready(self, meta: _Meta, arrays: Arrays) -> _Reply:
        return {}, {}

    def _probe(self, meta: _Meta, arrays: Arrays) -> _Reply:
        return {"shut": probe(meta["canary"])}, {}

    def _load(self, meta: _Meta, arrays: Arrays) -> _Reply:
        adapter = adapters.find(meta["adapter"])
        self.filename = meta["filename"]
        set_dtype(adapter.world, meta["dtype"])
        seed(adapter.world)
        notes: list[str] = []
        if "target" in meta:
            names: Mapping[str, Any] = _target(meta["target"])
        else:
            source = arrays["source"].tobytes()
            if meta.get("lenient"):
                base_keras_old.allow()
                base_torch_cuda.allow()
            how = {option: bool(meta.get(option)) for option in ("lenient", "python2")}
            names, notes = load_source(source, self.filename, **how)
        self._loads.append(_Load(adapter, names, self.filename))
        if meta.get("lenient"):
            lift(names, meta["names"])
        missing = [name for name in meta["names"] if not there(names, name)]
        if meta.get("lenient"):
            find = adapter.spelled if isinstance(adapter, Adapter) else spelled
            missing = [name for name in missing if not find(names, name)]
        return {"missing": missing, "load": len(self._loads) - 1, "notes": notes}, {}

    def _bind(self, meta: _Meta, arrays: Arrays) -> _Reply:
        load = self._loads[meta["load"]]
        self.filename = load.filename
        set_dtype(load.adapter.world, meta["dtype"])
        runner = _runner(load, meta, arrays)
        self._bound[meta["handle"]] = _Bound(load, runner, meta["dtype"])
        self._bound.pop(meta["drop"], None)
        return {}, {}

    def _bound_before(self, meta: _Meta, arrays: Arrays) -> Arrays:
        """Bind what comes with a call, and return the arrays of the call alone."""
        own = {n.removeprefix(BOUND): a for n, a in arrays.items() if n.startswith(BOUND)}
        self._bind(meta, own)
        return {n: a for n, a in arrays.items() if not n.startswith(BOUND)}

    def _call(self, meta: _Meta, arrays: Arrays) -> _Reply:
        bound = self._bound[meta["handle"]]
        self.filename = bound.load.filename
        set_dtype(bound.load.adapter.world, bound.dtype)
        results = bound.runner.call(meta["call"], arrays)
        wanted = {name: _sendable(name, results[name]) for name in meta["want"] if name in results}
        _check_room(wanted, meta["room"])
        return {"facts": dict(bound.runner.facts)}, wanted


def serve(channel: socket.socket) -> NoReturn:
    """Answer requests until the judge closes the channel; then end without any clean-up."""
    server = Server()
    while True:
        try:
            send(channel, server.answer(*receive(channel, Bounds())))
        except (ClosedError, FrameError):
            os._exit(0)


def refuse(channel: socket.socket, why: str) -> None:
    """Answer the first request: no submission can be run here."""
    meta, _ = receive(channel, Bounds())
    words = {"kind": "absent", "message": why, "detail": ""}
    send(channel, encode({"id": meta["id"], "fault": words}, {}))


def _target(target: str) -> Mapping[str, Any]:
    """Return what "module:attribute" names; all names of a module where there is no attribute."""
    module, _, path = target.partition(":")
    found: Any = importlib.import_module(module)
    if not path:
        return dict(vars(found))
    return {path.rpartition(".")[2]: reduce(getattr, path.split("."), found)}


def _runner(load: _Load, meta: _Meta, arrays: Arrays) -> Runner:
    adapter, how = load.adapter, (meta["dtype"], meta["device"])
    if isinstance(adapter, OperationAdapter):
        return adapter.make(load.names, operation_spec_from_json(json.loads(meta["spec"])), *how)
    return adapter.make(load.names, meta["name"], _spec(meta["spec"]), arrays, *how)


@functools.lru_cache(256)
def _spec(text: str) -> Spec:
    return spec_from_json(json.loads(text))


def _sendable(name: str, value: object) -> Array:
    if value is None or value is Ellipsis or value is NotImplemented:
        raise Fault("not_implemented", f"{name} came back as {value}")
    kind = type(value).__name__[:80]
    try:
        array: Array = np.asarray(value)
    except (TypeError, ValueError) as error:
        message = f"{name} came back as a {kind} that makes no array"
        raise Fault("error", message, str(error)[:200]) from error
    if dtype_code(array) not in DTYPES:
        raise Fault("error", f"{name} came back as {array.dtype} ({kind}); {FLOATS}")
    if array.ndim > MOST_AXES:
        raise Fault("shape", f"{name} has {array.ndim} axes; at most {MOST_AXES} can be read")
    return array


def _check_room(arrays: Arrays, room: int) -> None:
    if sum(array.nbytes for array in arrays.values()) > room:
        name, largest = max(arrays.items(), key=lambda item: item[1].nbytes)
        raise Fault("shape", f"{name} has shape {largest.shape}; far less is asked for")
