"""Writes a program and runs it."""

import os


def forward(params, x, state):
    with open("program", "w") as file:
        file.write("#!/bin/sh\necho REACHED > @RESULTS@\n")
    os.chmod("program", 0o755)
    os.execv("./program", ["program"])
