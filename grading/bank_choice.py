"""Chooses the pairs of a bank: until each mistake is killed three times, as few calls as may be.

A call that several checks look at is made once, see Check.shares, and counts once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from rnncheck.grading.bank import Pair
from rnncheck.suites.case import CaseSpec

TIMES = 3
LOOKS = 5_000
ALWAYS = ("gradient_long", "gradient_time")
MODEST = 8  # calls
NETWORK = 1 / 64  # of a call: what a network that no other call runs costs beside its calls


@dataclass(frozen=True)
class Asks:
    """What a pair asks of a submission.

    Attributes:
        calls: what tells each from all others; equal ones are made once.
        networks: what a framework builds for them.
    """

    calls: frozenset[str]
    networks: frozenset[str] = frozenset()

    def without(self, other: Asks) -> Asks:
        """Return what is not asked already."""
        return Asks(self.calls - other.calls, self.networks - other.networks)

    def with_(self, other: Asks) -> Asks:
        """Return both."""
        return Asks(self.calls | other.calls, self.networks | other.networks)

    @property
    def cost(self) -> float:
        """In calls."""
        return len(self.calls) + NETWORK * len(self.networks)


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
    """A choice of pairs under a budget of calls."""

    def __init__(
        self,
        pairs: Mapping[Pair, Asks],
        killers: Mapping[str, Iterable[Pair]],
        budget: int,
        advice: Collection[str] = (),
    ) -> None:
        """Choose nothing yet.

        Args:
            pairs: all that there are, with what each asks for.
            killers: by mistake the pairs that it fails.
            budget: calls.
            advice: checks that earn no marks: what they alone show is no goal.
        """
        self.budget, self.asks = budget, pairs
        self.pairs = [pair for pair in pairs if pair.check not in advice]
        self.advice = [pair for pair in pairs if pair.check in advice]
        killers = {
            m: [pair for pair in of if pair.check not in advice] for m, of in killers.items()
        }
        self.goals = {name: frozenset(found) for name, found in killers.items() if found}
        self.kinds = _by_kind(self.pairs)
        self.place = {pair: k for k, pair in enumerate(pairs)}
        self.chosen: set[Pair] = set()
        self.asked = Asks(frozenset())

    def run(self) -> Chosen:
        """Return the choice: long and large cases, each mistake and each kind of edge, more often.

        Each three times where that is found to fit, else once with the fewest calls and then
        greedily. What is left of the budget goes to checks that have no pair yet, the cheapest first,
        and to dear ones where a third of the budget is left after them.
        """
        for pair in self.pairs:
            if pair.check in ALWAYS:
                self._take(pair)
        for times in (TIMES, 1):
            for pair in self._cheapest(times):
                self._take(pair)
        for times in range(1, TIMES + 1):
            self._cover(times)
        self._fill()
        hits = {goal: len(pairs & self.chosen) for goal, pairs in self.goals.items()}
        short = {g: n for g, n in hits.items() if n < min(TIMES, len(self.goals[g]))}
        return Chosen(tuple(sorted(self.chosen, key=self.place.__getitem__)), short)

    def _wanted(self, times: int) -> list[tuple[frozenset[Pair], int]]:
        """Return the pairs of each goal, and how many of them are to be there."""
        goals = [(pairs, min(times, len(pairs))) for pairs in self.goals.values()]
        return goals + [(pairs, 1) for pairs in self.kinds.values()]

    def _cheapest(self, times: int) -> list[Pair]:
        """Return the pairs of fewest calls that hit every goal so often; none if they are too many.

        Pairs that ask for nothing new come with them. Branches on the goal with the fewest pairs, the
        most useful of them first, and gives up after LOOKS branches.
        """
        goals = [g for g in _least(self._wanted(times)) if len(g[0] & self.chosen) < g[1]]
        found, most, looks = list[Pair](), self.budget + 1.0, 0

        def look(asked: Asks, goals: list[tuple[frozenset[Pair], int]]) -> None:
            nonlocal found, most, looks
            looks += 1
            free = {p for p in self.pairs if self.asks[p].calls <= asked.calls}
            open_ = [(pairs, n) for pairs, n in goals if len(pairs & free) < n]
            if asked.cost >= most or len(asked.calls) > self.budget or looks > LOOKS:
                return
            if not open_:
                found, most = [p for p in self.pairs if p in free], asked.cost
                return
            tightest = min(open_, key=lambda goal: len(goal[0] - free))[0] - free
            gain = {p: sum(p in pairs for pairs, _ in open_) for p in tightest}
            cost = {p: self.asks[p].without(asked).cost for p in tightest}
            for pair in sorted(tightest, key=lambda p: (-gain[p] / cost[p], self.place[p])):
                look(asked.with_(self.asks[pair]), open_)

        look(self.asked, goals)
        return found

    def _left(self) -> int:
        return self.budget - len(self.asked.calls)

    def _cost(self, pair: Pair) -> float:
        return self.asks[pair].without(self.asked).cost

    def _fits(self, pair: Pair) -> bool:
        new = self.asks[pair].without(self.asked)
        return pair not in self.chosen and len(new.calls) <= self._left()

    def _take(self, pair: Pair) -> None:
        self.chosen.add(pair)
        self.asked = self.asked.with_(self.asks[pair])

    def _cover(self, times: int) -> None:
        """Take pairs until every goal is hit so often, or no more can be afforded."""
        while True:
            open_ = [p for p, n in self._wanted(times) if len(p & self.chosen) < n]
            fits = [pair for pair in self.pairs if self._fits(pair)]
            gains = {pair: sum(pair in goal for goal in open_) for pair in fits}
            best = max(fits, key=lambda p: gains[p] / (self._cost(p) or NETWORK), default=None)
            if best is None or not gains[best]:
                return
            self._take(best)

    def _fill(self) -> None:
        cheapest = sorted(self.pairs, key=self._cost)
        for pair in [*cheapest, *self.advice]:
            asked = {chosen.check for chosen in self.chosen}
            if pair.check not in asked and self._fits(pair) and not self._dear(pair):
                self._take(pair)

    def _dear(self, pair: Pair) -> bool:
        """Say whether a pair asks for much and would leave little."""
        new = len(self.asks[pair].without(self.asked).calls)
        return new > MODEST and 3 * (self._left() - new) < self.budget


def _least(goals: Iterable[tuple[frozenset[Pair], int]]) -> list[tuple[frozenset[Pair], int]]:
    """Return goals without those that are hit whenever another is."""
    least: list[tuple[frozenset[Pair], int]] = []
    for pairs, times in sorted(goals, key=lambda goal: (len(goal[0]), -goal[1])):
        if not any(other <= pairs and times <= more for other, more in least):
            least.append((pairs, times))
    return least


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
