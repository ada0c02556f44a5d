"""Uses calls in which faults of the kernel are found."""

import ctypes

CALLS = {
    "x86_64": (321, 298, 323, 425, 250, 248, 246, 175, 304, 103, 135, 165),
    "aarch64": (280, 241, 282, 425, 219, 217, 104, 105, 265, 116, 92, 40),
}


def forward(params, x, state):
    libc = ctypes.CDLL(None, use_errno=True)
    for call in CALLS["@MACHINE@"]:
        ctypes.set_errno(0)
        libc.syscall(call, 0, 0, 0, 0, 0, 0)
        if ctypes.get_errno() != 1:
            raise RuntimeError(f"REACHED {call}")
    raise PermissionError
