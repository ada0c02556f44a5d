"""`pytest --submission` tells of a hidden check how it ended, and nothing that it handed over."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
RIGHT = """a = x @ params["weight_ih"].T + params["bias_ih"] + params["bias_hh"]
    h = np.tanh(a + state @ params["weight_hh"].T) + """
WAYS = {
    "wrong where cases are drawn": RIGHT + "(len(x) == 4)\n    return h, h",
    "wrong": "return state * 0 + 7.5, state * 0 + 7.5",
    "raises": 'raise ValueError("HANDED " + repr((x, state)))',
    "prints": 'print("HANDED", x)\n    return state * 0, state * 0',
}


def ended(folder: Path, body: str, *more: str) -> tuple[str, str]:
    """Return all that pytest printed, and its JUnit file, with the family `reference` hidden."""
    asked = (ROOT / "assignments" / "elman-cell" / "assignment.toml").read_text("utf-8")
    (folder / "elman-cell").mkdir()
    own = folder / "elman-cell" / "assignment.toml"
    own.write_text(asked + '\n[visibility]\nhidden = ["reference"]\n')
    (folder / "mine.py").write_text(
        f"import numpy as np\n\n\ndef forward(params, x, state):\n    {body}\n"
    )
    words = [f"--submission={folder / 'mine.py'}", f"--assignment={own}", "--junit-xml=out.xml"]
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", str(ROOT), *words, *more]
    given = {k: v for k, v in os.environ.items() if k != "PYTEST_ADDOPTS"}
    done = subprocess.run(command, cwd=folder, env=given, capture_output=True, text=True)
    assert done.returncode == 1, done.stdout + done.stderr
    return done.stdout + done.stderr, (folder / "out.xml").read_text("utf-8")


@pytest.mark.parametrize("way", WAYS)
def test_a_hidden_check_gives_no_number_away(way: str, tmp_path: Path) -> None:
    """Not in messages, sections, properties or notes; other checks say what they said before."""
    said, junit = ended(tmp_path, WAYS[way], "-vv", "--showlocals", "-rA", "-k", "reference")
    assert "what this check tries is hidden" in said
    for text in (said, junit):
        assert not re.search(r"HANDED|Falsifying|CaseSpec|seed=|array\(|should be|got ", text)
        about = [line for line in text.splitlines() if "reference_step" in line]
        assert about
        assert not any(re.search(r"\d\.\d", line) for line in about if "time=" not in line)


def test_what_is_shown_comes_first(tmp_path: Path) -> None:
    """So that no message of a check that is shown can hold what a hidden one handed over."""
    said, _ = ended(tmp_path, WAYS["wrong"], "-v")
    order = re.findall(r"mine\.py-(\w+)-float64\]", said)
    first = next(k for k, name in enumerate(order) if name.startswith("reference"))
    assert first > 3
    assert "should be" in said
