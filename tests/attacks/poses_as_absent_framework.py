"""Raises the fault for which no marks are taken off."""

from rnncheck.protocol.faults import Fault


def forward(params, x, state):
    raise Fault("absent", "PyTorch is not installed")
