"""A deep network with a layer on each of two devices: the numbers of one device.

TensorFlow makes two logical CPUs of one, so Keras is tested everywhere, in a process of its own
(devices are fixed before TensorFlow first runs). PyTorch has one CPU: its second device is CUDA.
TF1 is in test_seeds_tf1_networks.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rnncheck.protocol.names import Array
from rnncheck.protocol.spec import Spec
from rnncheck.reference.implementation import bind
from rnncheck.suites.case import CaseSpec, make_case
from tests.judging import home

CASE = make_case(CaseSpec(Spec("elman", 2, (3, 4), biases="single"), steps=5, batch=6))
MISSING = [name for name in ("tensorflow", "keras") if importlib.util.find_spec(name) is None]
SCRIPT = """
import sys
import numpy as np
import tensorflow as tf

(cpu,) = tf.config.list_physical_devices("CPU")
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
import keras

keras.config.set_floatx("float64")
given, found = np.load(sys.argv[1]), {}
x = tf.constant(given["x"])
for name, places in {"one": (0, 0), "two": (0, 1)}.items():
    layers = [keras.layers.SimpleRNN(size, return_sequences=True) for size in (3, 4)]
    h, used = x, []
    with tf.GradientTape() as tape:
        tape.watch(x)
        for k, (layer, place) in enumerate(zip(layers, places)):
            with tf.device(f"/CPU:{place}"):
                layer.build(h.shape)
                layer.set_weights([given[f"l{k}.{n}"] for n in ("kernel", "recurrent", "bias")])
                h = layer(h)
                used.append(int(h.device[-1]))
                assert all(w.value.device[-1] == str(place) for w in layer.weights)
    assert used == list(places), used
    found[f"{name}.outputs"] = h.numpy()
    found[f"{name}.d.x"] = tape.gradient(h, x).numpy()
np.savez(sys.argv[2], **found)
"""


def right() -> dict[str, Array]:
    """Return the reference's outputs, and the gradient of their sum by x."""
    bound, nothing = bind(CASE.spec, CASE.params), {n: a * 0 for n, a in CASE.d_state.items()}
    outputs = bound.sequence(CASE.x)["outputs"]
    d_x = bound.sequence_vjp(CASE.x, None, np.ones_like(outputs), nothing)["d.x"]
    return {"outputs": outputs, "d.x": d_x}


def same(got: Mapping[str, Any], turn: Callable[[Any], Any]) -> None:
    """Hold outputs to 1e-12 and gradients to 1e-10."""
    for (name, expected), allowed in zip(right().items(), (1e-12, 1e-10), strict=True):
        assert np.abs(turn(got[name]) - expected).max() <= allowed, name


@home("keras3")
@pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}")
def test_devices_change_no_number_in_keras(tmp_path: Path) -> None:
    """A layer on each of two logical CPUs: bit for bit what both on one give; weights lie there."""
    weights = {}
    for layer in ("l0", "l1"):
        weights[f"{layer}.kernel"] = CASE.params[f"{layer}.weight_ih"][0].T
        weights[f"{layer}.recurrent"] = CASE.params[f"{layer}.weight_hh"][0].T
        weights[f"{layer}.bias"] = CASE.params[f"{layer}.bias_ih"][0]
    np.savez(tmp_path / "given.npz", x=CASE.x.swapaxes(0, 1), **weights)
    words = ["-c", SCRIPT, str(tmp_path / "given.npz"), str(tmp_path / "found.npz")]
    world = {n: v for n, v in os.environ.items() if n != "TF_USE_LEGACY_KERAS"}
    subprocess.run([sys.executable, *words], check=True, env=world, timeout=300)
    found = np.load(tmp_path / "found.npz")
    for name in ("outputs", "d.x"):
        assert np.array_equal(found[f"one.{name}"], found[f"two.{name}"]), name
    same({n: found[f"two.{n}"] for n in right()}, lambda array: array.swapaxes(0, 1))


@home("torch")
def test_devices_change_no_number_in_torch() -> None:
    """A layer on the CPU and a layer on CUDA."""
    torch: Any = pytest.importorskip("torch", reason="PyTorch is not installed")
    if not torch.cuda.is_available():
        pytest.skip("PyTorch sees no CUDA device, and has no second device on one CPU")
    x = torch.tensor(CASE.x, requires_grad=True)
    h = x
    for layer, (device, sizes) in enumerate({"cpu": (2, 3), "cuda": (3, 4)}.items()):
        module = torch.nn.RNN(*sizes).double()
        own = {n: torch.tensor(CASE.params[f"l{layer}.{n}"][0]) for n in ("weight_ih", "weight_hh")}
        bias = torch.tensor(CASE.params[f"l{layer}.bias_ih"][0])
        own |= {"bias_ih": bias, "bias_hh": torch.zeros_like(bias)}
        module.load_state_dict({f"{name}_l0": value for name, value in own.items()})
        h, _ = module.to(device)(h.to(device))
        assert h.device.type == device
    h.sum().backward()
    same({"outputs": h, "d.x": x.grad}, lambda tensor: tensor.detach().cpu().numpy())
