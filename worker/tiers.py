"""How well a stranger's code is shut in: layers of the sandbox, and the tiers that they make."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Self

TIERS = ("practice", "hardened", "certified")  # from the weakest
MEANING = {
    "certified": "own namespaces, Landlock, seccomp and limits",
    "hardened": "Landlock, seccomp and limits; no namespaces of its own",
    "practice": "not isolated, not for marks: a process with deadlines and a memory limit",
}
ISOLATION = {
    "namespaces": "a child of a warm process for each submission",
    "bubblewrap": "namespaces made by bubblewrap, a process started for each submission: slower",
    "rules": "a child of a warm process for each submission",
    "process": "a process started for each submission",
}


@dataclass(frozen=True)
class Layers:
    """Which layers a worker is put into.

    Attributes:
        namespaces: its own view of files, processes and network.
        landlock: rules on the files that can be opened.
        seccomp: a filter of system calls.
        bubblewrap: the namespaces are made by that program, not by us.
    """

    namespaces: bool = True
    landlock: bool = True
    seccomp: bool = True
    bubblewrap: bool = False

    @property
    def tier(self) -> str:
        """The tier that these layers make."""
        if not (self.landlock and self.seccomp):
            return "practice"
        return "certified" if self.namespaces else "hardened"

    @property
    def isolation(self) -> str:
        """What a submission is apart from the others by, a key of ISOLATION."""
        if self.namespaces:
            return "bubblewrap" if self.bubblewrap else "namespaces"
        return "rules" if self.landlock or self.seccomp else "process"

    @property
    def title(self) -> str:
        """The tier, and by what it is reached where that is not the usual way."""
        return f"{self.tier} by bubblewrap" if self.bubblewrap else self.tier

    def to_json(self) -> dict[str, bool]:
        """Return the layers by name."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, bool]) -> Self:
        """Return the layers of `to_json`."""
        return cls(**data)


CERTIFIED = Layers()
WRAPPED = Layers(bubblewrap=True)
HARDENED = Layers(namespaces=False)
BARE = Layers(namespaces=False, landlock=False, seccomp=False)


def enough(tier: str, required: str) -> bool:
    """Return whether a tier is at least the one that is required."""
    return TIERS.index(tier) >= TIERS.index(required)
