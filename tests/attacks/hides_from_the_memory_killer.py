"""Makes itself the last process that is ended when memory runs out, and changes its own record."""

from pathlib import Path


def forward(params, x, state):
    for name, text in (("oom_score_adj", "0"), ("comm", "judge"), ("coredump_filter", "ff")):
        try:
            Path("/proc/self", name).write_text(text)
        except OSError:
            continue
        raise ValueError(f"REACHED: {name} is written")
    raise PermissionError
