"""IEEE arithmetic on CUDA, and what frameworks do by default; no GPU is at hand, stand-ins are."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from rnncheck.adapters.base_arithmetic import VARIABLE, arrange_tensorflow
from rnncheck.grading import command_check
from rnncheck.grading.by_default import by_default, told
from rnncheck.grading.cli import main
from rnncheck.grading.judge import judge
from rnncheck.protocol.implementation import Implementation
from rnncheck.protocol.names import Array
from rnncheck.protocol.spec import Spec
from rnncheck.reference.implementation import bind, claims_of
from rnncheck.suites.driver import plan, run_plan
from tests.judging import home

HERE = Path(__file__).resolve().parent


def test_torch_computes_as_ieee_says_on_cuda(monkeypatch: pytest.MonkeyPatch) -> None:
    """Matrix products and cuDNN's RNNs without TF32, set before anything runs on the device.

    No GPU is at hand: what is held is that the settings are made, and not made where the default
    is asked for.
    """
    torch = pytest.importorskip("torch")
    from rnncheck.adapters.base_torch import import_torch

    cuda, cudnn = torch.backends.cuda.matmul, torch.backends.cudnn
    reduced = "allow_fp16_reduced_precision_reduction", "allow_bf16_reduced_precision_reduction"
    loose = [(cuda, "allow_tf32"), (cudnn, "allow_tf32"), (cudnn, "benchmark")]
    loose += [(cuda, name) for name in reduced]
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    before = [getattr(*setting) for setting in loose], cudnn.deterministic
    try:
        for asked, left in (("default", True), ("", False)):
            for setting in loose:
                setattr(*setting, True)
            cudnn.deterministic = False
            monkeypatch.setenv(VARIABLE, asked)
            import_torch("cuda")
            assert [getattr(*setting) for setting in loose] == [left] * len(loose)
            assert cudnn.deterministic is not left
    finally:
        for setting, value in zip(loose, before[0], strict=True):
            setattr(*setting, value)
        cudnn.deterministic = before[1]


def test_tensorflow_computes_as_ieee_says_on_cuda(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same switch for Keras and TF1."""
    made: list[bool] = []
    setting = SimpleNamespace(enable_tensor_float_32_execution=made.append)
    tf = SimpleNamespace(config=SimpleNamespace(experimental=setting))
    arrange_tensorflow(tf)
    assert made == [False]
    monkeypatch.setenv(VARIABLE, "default")
    arrange_tensorflow(tf)
    assert made == [False]


def short(array: Array) -> Array:
    """Return numbers with the 10 bits of fraction that TF32 has."""
    bits = np.asarray(array, np.float32).view(np.uint32)
    return ((bits + 0x1000) & 0xFFFFE000).astype(np.uint32).view(np.float32)


def tf32(
    spec: Spec, params: Mapping[str, Array], dtype: str = "float64", device: str = "cpu"
) -> Implementation:
    """Bind a stand-in for TF32: the reference in float32 with shortened weights."""
    return bind(spec, {n: short(a * 1.01) / 1.01 for n, a in params.items()}, dtype, device)


def test_default_arithmetic_is_told_and_not_marked() -> None:
    """How far results are off, and how many checks do not pass; IEEE arithmetic uses less than 1."""
    spec = Spec("lstm", 2, (3,))
    pairs = [
        (check, cases)
        for check, cases in plan(spec, claims_of(spec))
        if check.name in ("reference_sequence", "gradient_reference", "contract_result")
    ]
    for stand_in, beyond in ((tf32, "2 of 3"), (bind, "0 of 3")):
        said = told(run_plan(stand_in, pairs, "float32", shares=True), "cuda")
        assert f"and {beyond} checks do not pass; that costs nothing" in said
        share = re.search(r"up to ([\d.e+]+) of their allowance", said)
        assert share
        assert (float(share[1]) > 1) == (stand_in is tf32)


@home("torch")
def test_check_tells_of_the_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """On a device that is not the CPU, after the verdict; here the CPU stands in for it."""
    pytest.importorskip("torch")
    file = HERE / "solutions" / "elman-cell" / "torch.py"

    def on_cpu(given: Any, asked: Any, contract: Any, device: str) -> str:
        assert device == "cuda"
        return by_default(given, asked, contract, "cpu")

    judged = partial(judge, with_diagnosis=False)
    monkeypatch.setattr(
        command_check, "judge", lambda *a, **k: judged(*a, **{**k, "device": "cpu"})
    )
    monkeypatch.setattr(command_check, "by_default", on_cpu)
    words = ["check", str(file), "--assignment", "elman-cell", "--device", "cuda"]
    assert main(words) == 0
    assert "note: with the framework's default arithmetic on cpu" in capsys.readouterr().out
