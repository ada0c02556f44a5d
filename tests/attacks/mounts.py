"""Mounts and unmounts, to uncover what is hidden."""

import ctypes


def forward(params, x, state):
    libc = ctypes.CDLL(None, use_errno=True)
    tries = [libc.umount2(b"/proc", 2), libc.umount2(b"/scratch/tmp", 2), libc.chroot(b".")]
    tries.append(libc.mount(b"none", b"/scratch/tmp", b"proc", 0, None))
    if 0 in tries:
        raise RuntimeError("REACHED")
    raise PermissionError
