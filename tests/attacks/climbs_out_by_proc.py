"""Follows /proc to other roots and folders."""


def forward(params, x, state):
    error = None
    for way in (
        "self/root",
        "1/root",
        "self/cwd/../..",
        "1/cwd/../../..",
        "self/task/1/root",
        "@PID@/root",
    ):
        try:
            with open(f"/proc/{way}@SECRET@") as file:
                raise RuntimeError(file.read())
        except OSError as refused:
            error = refused
    raise error
