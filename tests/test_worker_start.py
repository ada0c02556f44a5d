"""The start of a session: what is absent, refused or cannot be started, in words."""

import sys
from pathlib import Path

import numpy as np
import pytest

from rnncheck.protocol.faults import Fault
from rnncheck.protocol.names import Arrays
from rnncheck.protocol.spec import Spec
from rnncheck.worker.client import Session
from rnncheck.worker.errors import WorkerError
from rnncheck.worker.servers import Servers

SPEC = Spec("elman", input_size=2, hidden_sizes=(4,), biases="none")
PARAMS: Arrays = {"weight_ih": np.ones((1, 4, 2)), "weight_hh": np.ones((1, 4, 4))}
STEP = b"def forward(params, x, state): return state, state"


def test_session_without_the_framework(tmp_path: Path) -> None:
    """A framework that the worker does not have is absent, with the command that installs it."""
    site = Path(np.__file__).parents[1]
    (tmp_path / "site").mkdir()
    for entry in site.glob("numpy*"):
        (tmp_path / "site" / entry.name).symlink_to(entry)
    with pytest.raises(Fault, match="PyTorch is not installed") as caught:
        Session.start("torch", site=[tmp_path / "site"])
    assert caught.value.kind == "absent"
    assert "pip install 'rnncheck[torch]'" in str(caught.value)


def test_session_refuses_what_does_not_exist() -> None:
    """A world, an adapter, or an adapter of another world that is not there is a ValueError."""
    with pytest.raises(ValueError, match="no world is called 'jax'; there are: numpy, torch"):
        Session.start("jax")
    with Session.start("numpy") as session:
        with pytest.raises(ValueError, match="no adapter is called 'nothing'"):
            session.load_source("nothing", b"", "mine.py", ["forward"])
        with pytest.raises(ValueError, match="lives in the world 'torch'"):
            session.load_target("torch_cell", "torch.nn:LSTMCell")
        loaded = session.load_source("numpy_functions", STEP, "mine.py", ["forward"])
        with pytest.raises(Fault, match="started for cpu; ask for the device cuda") as caught:
            loaded.bind(SPEC, PARAMS, device="cuda")
        assert caught.value.kind == "absent"


def test_session_that_cannot_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """An interpreter that is not there is nobody's fault, in words, and leaves nothing behind."""
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(WorkerError, match=r"cannot be started: .*/nowhere/python"):
        Session.start("numpy", servers=Servers())
