"""Errors of use: what was given, what is allowed, what to do."""

from __future__ import annotations


class UsageError(Exception):
    """A request that cannot be carried out; the message is all that a person needs to see."""


class ContractError(UsageError):
    """A submission that fits no contract of its assignment; in a class it costs its own mark."""


class Trouble(Exception):
    """Something of rnncheck's own or of the machine failed: it is tried again, never marked."""
