"""Assignments load, say what is wrong with them, and their files define what they ask."""

from pathlib import Path

import pytest

from rnncheck import adapters
from rnncheck.grading.assignment import Assignment, load, names
from rnncheck.grading.contract import Contract
from rnncheck.grading.errors import UsageError
from rnncheck.grading.find import read_submission
from rnncheck.grading.opened import spec_of
from rnncheck.suites.check import FAMILIES

SOLUTIONS = Path(__file__).parent / "solutions"
CELLS = ("elman", "lstm", "gru")
KINDS = ("-cell", "", "-backward")
LAYERS_ONLY = ("jordan", "jordan-backward")
FORMS = {  # what a network or a cell can be besides, and the frameworks that have it
    "elman-dense": ["numpy", "torch"],
    "elman-kernel": ["numpy", "tf1"],
    "gru-bidirectional": ["numpy", "torch"],
    "lstm-deep": ["numpy", "torch"],
    "lstm-lengths": ["numpy", "keras"],
    "lstm-peepholes": ["numpy", "tf1"],
    "lstm-projection": ["numpy", "torch"],
}
DROPOUT = ("lstm-dropout",)
COURSES = (
    *("cmu11785-gru", "cmu11785-rnn", "cs231n-lstm", "cs231n-rnn", "dlai-lstm", "dlai-rnn"),
    *("dlfs2-gru", "dlfs2-lstm", "dlfs2-rnn", "d2l-gru", "d2l-lstm", "d2l-rnn"),
    *("own-elman-cell", "own-gru-cell", "own-lstm-cell", "own-elman", "own-gru", "own-lstm"),
    *("cs231n-layers", "dlfs2-layers"),
)
OPERATIONS = (
    *(
        "clipping",
        "embedding",
        "encoder-decoder",
        "generation",
        "gradient-flow",
        "losses-over-time",
    ),
    *("optimisers", "rtrl", "sequence-to-vector", "truncated-bptt"),
)
VALID = """
format = 1
name = "mine"
title = "Mine"
summary = "Write it."
words = [["mine"]]
[limits]
call_seconds = 2
[spec]
cell = "lstm"
[contracts.numpy]
adapter = "numpy_functions"
world = "numpy"
imports = []
names = ["forward"]
claims = ["sequence"]
[contracts.numpy.spec]
forget_bias = 1.0
[points]
reference = 100
"""


def write(folder: Path, text: str) -> Path:
    """Write an assignment called `mine` and return its file."""
    path = folder / "mine" / "assignment.toml"
    path.parent.mkdir()
    path.write_text(text)
    return path


def test_the_assignments_are_there() -> None:
    """Each cell has a step, a layer and a backward one, Jordan no step; and the operations."""
    rows = [cell + kind for cell in CELLS for kind in KINDS]
    assert list(names()) == sorted([*rows, *LAYERS_ONLY, *FORMS, *DROPOUT, *COURSES, *OPERATIONS])


@pytest.mark.parametrize("name", names())
def test_assignment_is_complete(name: str) -> None:
    """It names a spec for every contract, an adapter that exists, and points that add up to 100."""
    assignment = load(name)
    assert assignment.name == name
    assert list(assignment.points)[: len(FAMILIES)] == list(FAMILIES)
    assert sum(assignment.points.values()) == 100
    for framework, contract in assignment.contracts.items():
        assert contract.framework == framework
        for one in [part.contract for part in contract.parts] or [contract]:
            offered = offered_by(name, one)
            assert adapters.find(one.adapter).world == one.world
            assert one.claims, name
            assert one.claims <= offered, one.claims - offered


def offered_by(name: str, contract: Contract) -> frozenset[str]:
    """Return what the adapter of a contract claims for what is asked."""
    if contract.operations is not None:
        own = adapters.load_operations(contract.adapter)
        return frozenset[str]().union(*map(own.claims, contract.operations.specs))
    spec = spec_of(contract.options)
    assert spec.cell == name.split("-")[0] or name in COURSES
    return adapters.load(contract.adapter).claims(spec)


@pytest.mark.parametrize("name", names())
def test_files_define_what_is_asked(name: str) -> None:
    """Every starter and every solution defines the names of its contract and says its marker."""
    assignment = load(name)
    starters = assignment.starters()
    alone = name.endswith("backward") or name in LAYERS_ONLY or name in COURSES
    wanted = framework_list()[: 2 if name in DROPOUT else 3]
    if name in OPERATIONS:
        wanted = ["numpy", "torch"]
    wanted = list(assignment.contracts) if alone else FORMS.get(name, wanted)
    assert list(starters)[:3] == wanted
    for framework, path in starters.items():
        assert read_submission(path).marker == name
        check_names(assignment, framework, path)
    for framework in assignment.contracts:
        check_names(assignment, framework, SOLUTIONS / name / f"{framework}.py")


def framework_list() -> list[str]:
    """Return the frameworks that every forward assignment has a starter for."""
    return ["numpy", "torch", "keras"]


def check_names(assignment: Assignment, framework: str, path: Path) -> None:
    """Hold that a file can be read and defines the names of a contract."""
    submission = read_submission(path)
    assert submission.fault is None
    assert set(assignment.contracts[framework].names) <= submission.names


@pytest.mark.parametrize("form", ["folder", "file"])
def test_own_assignment_loads_from_its_path(tmp_path: Path, form: str) -> None:
    """A course's own assignment loads from its folder or its file; limits keep their defaults."""
    path = write(tmp_path, VALID)
    assignment = load(path.parent if form == "folder" else path)
    assert assignment.contracts["numpy"].options == {"cell": "lstm", "forget_bias": 1.0}
    assert assignment.limits.call_seconds == 2
    assert assignment.limits.memory_mib == 2048
    assert assignment.starters() == {}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("format = 1", "format = 2", "'format' is 2; this version reads 1"),
        ('name = "mine"', 'name = "yours"', "its folder is 'mine'"),
        ('title = "Mine"', "", "'title' is missing"),
        ('title = "Mine"', "title = 3", "'title' is 3; it must be a str"),
        ('title = "Mine"', 'titel = "Mine"', "unknown keys ['titel']"),
        ("call_seconds = 2", "call_seconds = 0", "'call_seconds' is 0; it must be a number above"),
        ("call_seconds = 2", "cal_seconds = 2", "[limits]: unknown keys ['cal_seconds']"),
        ('world = "numpy"', 'world = "pytorch"', "allowed: numpy, torch, keras3, tf1"),
        ('["forward"]', "[]", "'names' is empty"),
        ('["forward"]', "[1]", "it must be a list of strings"),
        ('["sequence"]', '["sequences"]', "unknown claims ['sequences']"),
        ("[spec]", "[operations.adam]\n[spec]", "it has spec and operations; give one of"),
        ('[spec]\ncell = "lstm"', "", "it has neither; give one of"),
        ("forget_bias = 1.0", "forget = 1.0", "spec has unknown fields ['forget']"),
        ("forget_bias = 1.0", "input_size = 3", "leave it out"),
        ('cell = "lstm"', 'cell = "gru"', "forget_bias is an option of an lstm"),
        ("reference = 100", "reference = 90", "the points add up to 90; they must add up to 100"),
        ("reference = 100", "reference = 100\nreference_large = 3", "can only have 0 points"),
        ("reference = 100", "referenc = 100", "[points]: unknown keys ['referenc']"),
        ("reference = 100", "reference = -1", "'reference' is -1"),
        ("reference = 100", "reference = nan", "'reference' is nan"),
        ("[contracts.numpy.spec]", "[contracts.numpy.spek]", "unknown keys ['spek']"),
        ("format = 1", "format =", "cannot be read as TOML"),
    ],
)
def test_bad_assignment_names_the_place(tmp_path: Path, old: str, new: str, message: str) -> None:
    """A mistake in a TOML file is a sentence with the file, the table and what is allowed."""
    assert old in VALID
    path = write(tmp_path, VALID.replace(old, new, 1))
    with pytest.raises(UsageError) as error:
        load(path)
    assert message in str(error.value)
    assert str(path) in str(error.value)


def test_layers_are_said_by_sizes_that_stand_in(tmp_path: Path) -> None:
    """Two sizes or more say how many layers there are; the cases choose others."""
    path = write(tmp_path, VALID.replace("forget_bias = 1.0", "hidden_sizes = [3, 4]"))
    assert load(path).contracts["numpy"].options == {"cell": "lstm", "hidden_sizes": (3, 4)}


def test_unknown_assignment_lists_those_that_exist() -> None:
    """The message repeats what was given and lists every name."""
    with pytest.raises(
        UsageError, match=r"no assignment is called 'lstn'; there are: .*elman, .*gru"
    ):
        load("lstn")
