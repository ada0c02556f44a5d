"""Raises its own limits and lowers the judge's."""

import resource


def forward(params, x, state):
    for process in (0, int("@PID@")):
        try:
            resource.prlimit(process, resource.RLIMIT_NOFILE, (64, 64))
        except OSError:
            continue
        raise RuntimeError("REACHED")
    resource.setrlimit(resource.RLIMIT_AS, (-1, -1))
    raise RuntimeError("REACHED")
