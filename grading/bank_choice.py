"""Chooses the pairs of a bank: until each mistake is killed three times, as few calls as may be."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from rnncheck.grading.bank import Pair
from rnncheck.suites.case import CaseSpec

TIMES = 3
LOOKS = 5_000
ALWAYS = ("gradient_long", "gradient_time")


@dataclass(frozen=True)
class Chosen:
    """What was chosen.

    Attributes:
        pairs: in the order of the checks.
        short: the mistakes that fewer pairs kill than could, and how many do.
    """

    pairs: tuple[Pair, ...]
    short: Mapping[str, int]


class Choice:
    """A greedy choice of pairs under a budget of calls."""

    def __init__(
        self,
        pairs: Sequence[Pair],
        killers: Mapping[str, Iterable[Pair]],
        budget: int,
        advice: Collection[str] = (),
    ) -> None:
        """Choose nothing yet.

        Args:
            pairs: all that there are.
            killers: by mistake the pairs that it fails.
            budget: calls.
            advice: checks that earn no marks: what they alone show is no goal.
        """
        self.left = budget
        self.pairs = [pair for pair in pairs if pair.check not in advice]
        self.advice = [pair for pair in pairs if pair.check in advice]
        killers = {
            m: [pair for pair in of if pair.check not in advice] for m, of in killers.items()
        }
        self.goals = {name: frozenset(found) for name, found in killers.items() if found}
        self.kinds = _by_kind(self.pairs)
        self.place = {pair: k for k, pair in enumerate([*self.pairs, *self.advice])}
        self.chosen: set[Pair] = set()

    def run(self) -> Chosen:
        """Return the choice: long and large cases, each mistake and each kind of edge, more often.

        What is left of the budget goes to checks that have no pair yet, the cheapest first.
        """
        for pair in self.pairs:
            if pair.check in ALWAYS:
                self._take(pair)
        for pair in self._cheapest({**self.goals, **self.kinds}):
            self._take(pair)
        for times in range(1, TIMES + 1):
            self._cover({**self.goals, **self.kinds} if times == 1 else self.goals, times)
        self._fill()
        hits = {goal: len(pairs & self.chosen) for goal, pairs in self.goals.items()}
        short = {g: n for g, n in hits.items() if n < min(TIMES, len(self.goals[g]))}
        return Chosen(tuple(sorted(self.chosen, key=self.place.__getitem__)), short)

    def _cheapest(self, goals: Mapping[str, frozenset[Pair]]) -> list[Pair]:
        """Return the pairs of fewest calls that hit every goal; none if they are too many.

        A goal that is hit whenever another is, needs no look. Branches on the goal with the fewest
        pairs, the most useful of them first, and gives up after LOOKS branches.
        """
        open_ = [pairs for pairs in goals.values() if not pairs & self.chosen]
        least: list[frozenset[Pair]] = []
        for pairs in sorted(open_, key=len):
            if not any(other <= pairs for other in least):
                least.append(pairs)
        found, most, looks = list[Pair](), self.left + 1, 0

        def look(taken: list[Pair], calls: int, goals: list[frozenset[Pair]]) -> None:
            nonlocal found, most, looks
            looks += 1
            if calls >= most or looks > LOOKS:
                return
            if not goals:
                found, most = taken, calls
                return
            order = {p: (-sum(p in g for g in goals) / p.calls, self.place[p]) for p in goals[0]}
            for pair in sorted(order, key=order.__getitem__):
                look([*taken, pair], calls + pair.calls, [g for g in goals if pair not in g])

        look([], 0, least)
        return found

    def _take(self, pair: Pair) -> None:
        self.chosen.add(pair)
        self.left -= pair.calls

    def _cover(self, goals: Mapping[str, frozenset[Pair]], times: int) -> None:
        """Take pairs until every goal is hit so often, or no more can be afforded."""
        while True:
            open_ = [p for p in goals.values() if len(p & self.chosen) < min(times, len(p))]
            fits = [p for p in self.pairs if p not in self.chosen and p.calls <= self.left]
            gains = {pair: sum(pair in goal for goal in open_) for pair in fits}
            best = max(fits, key=lambda pair: gains[pair] / pair.calls, default=None)
            if best is None or not gains[best]:
                return
            self._take(best)

    def _fill(self) -> None:
        cheapest = sorted(self.pairs, key=lambda pair: pair.calls)
        for pair in [*cheapest, *self.advice]:
            asked = {chosen.check for chosen in self.chosen}
            if pair.check not in asked and pair.calls <= self.left:
                self._take(pair)


def _by_kind(pairs: Sequence[Pair]) -> dict[str, frozenset[Pair]]:
    """Return the pairs whose case is on an edge, by the kind of edge."""
    found: dict[str, set[Pair]] = {}
    for pair in pairs:
        for kind in kinds(pair.record):
            found.setdefault(kind, set()).add(pair)
    return {f"edge: {kind}": frozenset(members) for kind, members in found.items()}


def kinds(record: CaseSpec) -> list[str]:
    """Return the edges that a case is on."""
    spec = record.spec
    edges = {
        "one step": record.steps == 1,
        "one row": record.batch == 1,
        "one input": spec.input_size == 1,
        "one unit": spec.hidden_sizes[0] == 1,
        "length 0": 0 in record.lengths,
        "length 1": 1 in record.lengths,
        "no state": record.state == "none",
        "zero state": record.state == "zero",
    }
    return [kind for kind, there in edges.items() if there]
