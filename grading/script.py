"""The pieces of a script that shows a wrong number without rnncheck."""

from __future__ import annotations

import keyword
import sys
from dataclasses import dataclass
from pathlib import Path

from rnncheck.protocol.names import Array, Arrays

TAKEN = {"numpy", "torch", "keras", "tensorflow", "tf_keras", *sys.stdlib_module_names}


@dataclass(frozen=True)
class Wrong:
    """What is wrong on a case.

    Attributes:
        call: the call of the protocol.
        got, right: its results in the native form.
        error: by how much each element is off where it is beyond its allowance, else 0.
    """

    call: str
    got: Arrays
    right: Arrays
    error: Arrays

    @property
    def most(self) -> float:
        """The largest error."""
        return max(float(array.max(initial=0.0)) for array in self.error.values())

    @property
    def name(self) -> str:
        """The first result that is wrong."""
        return next(name for name, array in self.error.items() if array.any())


def setup_ends(run: list[str]) -> int:
    """Return how many lines come before the file may be imported: a framework's settings."""
    starts = ("import ", "os.environ", "torch.set_default", "keras.config", "tf.keras.backend")
    return next(n for n, text in enumerate(run) if not text.startswith(starts))


def imports(file: Path) -> list[str]:
    """Return the lines that import a submission as `mine`."""
    stem = file.stem
    if stem in TAKEN:
        stem = f"my_{stem}"
        return [f"import {stem} as mine  # {file.name}, copied to {stem}.py beside this script"]
    if stem.isidentifier() and not keyword.iskeyword(stem):
        return [f"import {stem} as mine  # from the folder of this script"]
    return ["import importlib", f"mine = importlib.import_module({stem!r})"]


def comparison(wrong: Wrong, world: str) -> list[str]:
    """Return the lines that show the first wrong result beside what it should be."""
    name = variable(wrong.name)
    tensor = f"{name}.detach()" if world == "torch" else name
    if name.startswith("d_") and world in ("torch", "keras3") and not wrong.got[wrong.name].any():
        tensor = f"0 if {name} is None else {name}"  # what no gradient reaches
    return [
        f"should_be = {literal(wrong.right[wrong.name])}",
        f"got = np.asarray({tensor})",
        f'print("{name} is", got)',
        'print("should be", should_be)',
        'print("off by", np.abs(got - should_be).max())',
    ]


def variable(name: str) -> str:
    """Return the variable of a name with dots."""
    return name.replace(".", "_")


def literal(array: Array) -> str:
    """Return an array as code."""
    if array.dtype.kind == "f" and not array.any():
        return f"np.zeros({array.shape})"
    return f"np.array({array.tolist()})"
