"""Judges one submission of a batch; what happens to one changes no other."""

from __future__ import annotations

import time

import numpy as np

from rnncheck.grading.bank_use import bank_of
from rnncheck.grading.collect import Item
from rnncheck.grading.diagnose import FEW
from rnncheck.grading.judge import judge
from rnncheck.grading.results import Verdict, verdict_of
from rnncheck.worker.servers import Servers

TRIES = FEW  # `rnncheck check` looks further


def grade(item: Item, device: str, servers: Servers | None = None) -> Verdict:
    """Return the verdict on a submission, whose workers come from `servers`.

    Raises:
        Exception: any, of rnncheck's own or of the machine: it says nothing of the submission.
    """
    start = time.monotonic()
    report = None
    if item.assignment is not None and item.contract is not None:
        asked = (item.submission, item.assignment, item.contract)
        bank = bank_of(item)
        with np.errstate(all="ignore"):  # a stranger's numbers may be as large as they can
            report = judge(*asked, device=device, tries=TRIES, servers=servers, bank=bank)
    return verdict_of(item, report, device, time.monotonic() - start)
