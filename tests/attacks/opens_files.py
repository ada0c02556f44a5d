"""Opens files without end."""


def forward(params, x, state):
    kept = [open("/dev/null") for _ in range(10_000)]
    raise RuntimeError(f"REACHED {len(kept)}")
