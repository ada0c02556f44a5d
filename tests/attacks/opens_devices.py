"""Opens memory and disks of the machine."""

import glob


def forward(params, x, state):
    for path in [
        "/dev/mem",
        "/dev/kmem",
        "/dev/port",
        "/dev/kvm",
        "/dev/tty",
        *glob.glob("/dev/[sv]d*"),
    ]:
        try:
            open(path, "rb").close()
        except OSError:
            continue
        raise RuntimeError("REACHED " + path)
    raise PermissionError("no device")
