"""Results as JSON, CSV, for Gradescope and JUnit: valid, escaped, silent about what is hidden."""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from jsonschema import Draft202012Validator

from rnncheck.grading.assignment import HOME, load
from rnncheck.grading.cli import main
from rnncheck.grading.errors import UsageError
from rnncheck.suites.driver import STATUSES
from rnncheck.suites.sentences import say

SOLUTION = Path(__file__).parent / "solutions" / "elman" / "numpy.py"
VISIBILITY = '\n[visibility]\nhidden = ["golden", "reference_sequence"]\n'
HIDDEN = {"golden_forward", "golden_backward", "reference_sequence"}
EVIL = "=cmd()\x1b[31m<b>::error::mine##[error]x"
# Wrong from the second step on; its errors tell the numbers that it was called with.
SPY = f"""
import numpy as np
def forward(params, x, state):
    if len(x) == 3:
        raise ValueError({EVIL!r} + '\\n::error::mine\\n' + str(x))
    return np.sin(x @ params["weight_ih"].T), state
"""
STRANGER = f"""def forward(params, x, state):
    raise ValueError({EVIL!r} + "\\n::error::mine")
"""
NUMBER = re.compile(r"\d+\.\d")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Grade a class of four with hidden checks, and return the folder of its results."""
    root = tmp_path_factory.mktemp("results")
    assignment = root / "elman2" / "assignment.toml"
    assignment.parent.mkdir()
    text = (HOME / "elman" / "assignment.toml").read_text("utf-8")
    text = text.replace('name = "elman"', 'name = "elman2"') + VISIBILITY
    assignment.write_text(text, "utf-8")
    files = {
        "ada/right.py": SOLUTION.read_text("utf-8"),
        "bob/wrong.py": SOLUTION.read_text("utf-8").replace("np.tanh", "np.sin"),
        "eve/spy.py": SPY,
        f"=mal/{EVIL}.py": STRANGER,
    }
    for name, source in files.items():
        (root / "class" / name).parent.mkdir(parents=True)
        (root / "class" / name).write_text(source, "utf-8")
    options = ["--assignment", str(assignment), "--out", str(root / "marks"), "--jobs=1"]
    assert main(["grade", str(root / "class"), *options]) == 0
    return root / "marks"


@pytest.fixture
def shown(folder: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Return a function that shows the results in some way, and returns what it prints."""

    def show(*arguments: str) -> str:
        assert main(["results", str(folder), *arguments]) == 0
        return capsys.readouterr().out

    return show


def strings(value: object) -> Iterator[str]:
    """Yield the strings in a JSON value."""
    if isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from strings(item)
    elif isinstance(value, str):
        yield value


def by_student(shown: Callable[..., str], *arguments: str) -> dict[str, Any]:
    """Return the results by their students."""
    return {each["student"]: each for each in json.loads(shown("--format=json", *arguments))}


def test_schema_holds_every_result(
    folder: Path, shown: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    """The published schema is one, and what is written, kept and shown fits it."""
    assert main(["schema"]) == 0
    schema = json.loads(capsys.readouterr().out)
    Draft202012Validator.check_schema(schema)
    assert schema["$defs"]["ending"]["enum"] == list(STATUSES)
    validator = Draft202012Validator(schema)
    files = [json.loads(path.read_text("utf-8")) for path in folder.glob("*/*.json")]
    assert len(files) == 4
    shown_to = [*by_student(shown).values(), *by_student(shown, "--staff").values()]
    for result in [*files, *shown_to]:
        validator.validate(result)
        changed = {**result, "checks": [{**result["checks"][0], "mark": 1}]}
        assert not validator.is_valid(changed)
        assert not validator.is_valid({**result, "mark": 101})


def test_hidden_checks_run_last_and_cost_as_much(shown: Callable[..., str]) -> None:
    """Who can see them changes no mark."""
    student, staff = by_student(shown), by_student(shown, "--staff")
    for name, result in staff.items():
        ordered = [check["hidden"] for check in result["checks"]]
        assert ordered == sorted(ordered)
        assert {c["name"] for c in result["checks"] if c["hidden"]} == HIDDEN
        points = [(c["name"], c["status"], c["points"], c["worth"]) for c in result["checks"]]
        assert points == [
            (c["name"], c["status"], c["points"], c["worth"]) for c in student[name]["checks"]
        ]
        assert student[name]["mark"] == result["mark"]


def test_hidden_checks_give_nothing_away(shown: Callable[..., str]) -> None:
    """No number, no place, no text of the file; staff have all of it."""
    student, staff = by_student(shown), by_student(shown, "--staff")
    told = [c for result in student.values() for c in result["checks"] if c["hidden"]]
    for check in told:
        assert check["message"] in ("", say("hidden"))
        empty = ("case", "place", "share", "diagnosis", "evidence", "detail", "notes")
        assert not any(check[name] for name in empty)
    assert {check["status"] for check in told} >= {"passed", "failed", "error"}
    full = [c for result in staff.values() for c in result["checks"] if c["hidden"]]
    assert [c for c in full if c["evidence"]]
    assert [c for c in full if "::error" in c["detail"]]


def test_hidden_check_is_no_first_problem(shown: Callable[..., str]) -> None:
    """Where nothing else is wrong, the sentence says no more than that it does not hold."""
    student, staff = by_student(shown), by_student(shown, "--staff")
    for name, result in student.items():
        checks = {check["name"]: check for check in result["checks"]}
        lost = [c for c in checks.values() if c["points"] < c["worth"]]
        if [check for check in lost if not check["hidden"]]:
            assert result["problem"] == staff[name]["problem"]
            assert not checks[result["problem_check"]]["hidden"]
        elif lost:
            assert result["problem"] == f"{result['problem_check']}: {say('hidden')}"


@pytest.mark.parametrize("wanted", ["json", "csv", "gradescope", "junit", "table"])
def test_no_format_tells_hidden_numbers(
    wanted: str, shown: Callable[..., str], tmp_path: Path
) -> None:
    """What only a hidden check tells to staff is in no format for students."""
    secret = by_student(shown, "--staff")["bob"]
    lines = [
        c["evidence"]["lines"].values() for c in secret["checks"] if c["hidden"] if c["evidence"]
    ]
    texts = {text for group in lines for text in group if NUMBER.search(text)}
    assert texts
    only = ["--only=bob"] if wanted == "gradescope" else []
    printed = shown(f"--format={wanted}", *only)
    assert printed
    assert not [text for text in texts if text in printed]


@pytest.mark.parametrize("staff", [[], ["--staff"]])
@pytest.mark.parametrize("wanted", ["json", "csv", "junit", "table"])
def test_stranger_s_words_are_escaped(
    wanted: str, staff: list[str], shown: Callable[..., str]
) -> None:
    """No escape sequence, and no line that a build server would obey, in name or message."""
    printed = shown(f"--format={wanted}", *staff)
    assert "\x1b" not in printed
    assert not re.search(r"^\s*::", printed, re.MULTILINE)
    assert "##[" not in printed
    values = list(strings(json.loads(printed))) if wanted == "json" else []
    assert not [text for text in values if re.search(r"^\s*::", text, re.MULTILINE)]


def test_csv_has_no_formula(shown: Callable[..., str]) -> None:
    """A student's name, a path and a message begin with none."""
    rows = list(csv.DictReader(io.StringIO(shown("--format=csv"))))
    assert [row["student"] for row in rows] == ["'=mal", "ada", "bob", "eve"]
    values = [value for row in rows for value in row.values()]
    assert not [value for value in values if value.startswith(("=", "+", "-", "@"))]


def test_junit_is_xml_with_a_case_for_each_check(shown: Callable[..., str]) -> None:
    """What a student wrote is text in it; the counts are those of the cases."""
    suites = list(ElementTree.fromstring(shown("--format=junit", "--staff")))
    staff = list(by_student(shown, "--staff").values())
    assert [suite.get("name") for suite in suites] == [each["file"] for each in staff]
    for suite, result in zip(suites, staff, strict=True):
        cases = suite.findall("testcase")
        claimed = [c["name"] for c in result["checks"] if c["status"] != "not claimed"]
        assert [case.get("name") for case in cases] == claimed
        assert suite.get("tests") == str(len(cases))
        for attribute, tag in (("failures", "failure"), ("errors", "error")):
            assert suite.get(attribute) == str(len(suite.findall(f"testcase/{tag}")))
        lost = [c for c in result["checks"] if c["points"] < c["worth"]]
        found = suite.findall("testcase/failure") + suite.findall("testcase/error")
        assert len(found) == len(lost)
    assert "<b>" in (suites[0].findall("testcase/error")[0].text or "")


def test_gradescope_adds_up(shown: Callable[..., str]) -> None:
    """The scores are the mark, every text is plain, and students see every check."""
    (result,) = json.loads(shown("--format=json", "--only=bob"))
    found = json.loads(shown("--format=gradescope", "--only=bob"))
    assert found["score"] == result["mark"]
    assert sum(test["score"] for test in found["tests"]) == pytest.approx(found["score"], abs=0.01)
    assert sum(test["max_score"] for test in found["tests"]) == pytest.approx(100, abs=0.01)
    formats = ("output_format", "test_output_format", "test_name_format")
    assert {found[name] for name in formats} == {"text"}
    assert {test["visibility"] for test in found["tests"]} == {"visible"}
    assert {test["status"] for test in found["tests"]} == {"passed", "failed"}


def test_gradescope_hides_from_students_what_staff_see(shown: Callable[..., str]) -> None:
    """With --staff the hidden checks are there in full, and marked so."""
    found = json.loads(shown("--format=gradescope", "--only=bob", "--staff"))
    hidden = [test for test in found["tests"] if test["visibility"] == "hidden"]
    assert {test["name"] for test in hidden} == HIDDEN - {"golden_backward"}
    assert any("should be" in test["output"] for test in hidden)


def test_gradescope_writes_a_file_for_each(shown: Callable[..., str], tmp_path: Path) -> None:
    """Into a folder, where there are several."""
    said = shown("--format=gradescope", "--out", str(tmp_path / "out"))
    files = sorted(path.name for path in (tmp_path / "out" / "elman2").iterdir())
    assert said == f"Wrote 4 files to {tmp_path / 'out'}.\n"
    assert len(files) == 4


def test_replay_gives_the_same_verdicts(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """From what the store keeps, the files not needed."""
    assignment = str(folder.parent / "elman2")
    assert main(["replay", str(folder), "--assignment", assignment]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 4
    assert all(": the same verdict, mark " in text for text in lines)


def test_replay_of_a_file_says_what_differs(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A changed record, and a file that is not the one that was judged."""
    assignment = str(folder.parent / "elman2")
    result = json.loads((folder / "elman2" / "wrong.json").read_text("utf-8"))
    result["checks"][0].update(status="failed")
    result["bank_digest"] = "0" * 64
    file = tmp_path / "wrong.json"
    file.write_text(json.dumps(result), "utf-8")
    assert main(["replay", str(file), "--assignment", assignment]) == 1
    said = capsys.readouterr().out
    assert "another verdict: contract_result was failed" in said
    assert "(changed since: bank_digest)" in said
    assert main(["replay", str(file), str(SOLUTION), "--assignment", assignment]) == 2
    assert "is not what was judged: its SHA-256 is not" in capsys.readouterr().err


def test_check_hides_as_well(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The student's own command tells as little, and shows no script of a hidden check."""
    file = str(folder.parent / "class" / "bob" / "wrong.py")
    assignment = str(folder.parent / "elman2")
    words = ["-k", "reference_sequence", "-k", "golden"]
    assert main(["check", file, "--assignment", assignment, *words]) == 1
    said = capsys.readouterr().out
    assert f"failed       golden_forward: {say('hidden')}\n" in said
    assert "should be" not in said
    assert "see it without" not in said


def test_visibility_names_what_there_is(tmp_path: Path) -> None:
    """A word that is neither family nor check is refused."""
    file = tmp_path / "elman" / "assignment.toml"
    file.parent.mkdir()
    text = (HOME / "elman" / "assignment.toml").read_text("utf-8")
    file.write_text(text + '\n[visibility]\nhidden = ["gold"]\n', "utf-8")
    with pytest.raises(UsageError, match=r"\['gold'\] is neither a family of checks nor a check"):
        load(file)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["results", "gone"], "there is no store of results gone"),
        (["results", "{folder}", "--only=nobody"], "holds no submission with 'nobody'"),
        (["results", "{folder}", "--format=gradescope"], "there are 4 submissions; name one"),
        (["results", "{folder}", "--out=x"], "a table is for a terminal"),
        (["replay", "gone"], "there is no store of results gone"),
        (["replay", "{folder}/marks.csv"], "cannot be used: file is not a database"),
        (["replay", "{folder}", "{folder}"], "there are 4 results for one file"),
    ],
)
def test_bad_use_is_a_sentence(
    arguments: list[str], said: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It ends with exit code 2."""
    assert main([text.format(folder=folder) for text in arguments]) == 2
    assert said in capsys.readouterr().err
