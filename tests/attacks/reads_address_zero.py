"""Crashes in C."""

import ctypes


def forward(params, x, state):
    ctypes.string_at(0)
