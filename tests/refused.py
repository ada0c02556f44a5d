"""Runs this Python where it may not make namespaces: `python refused.py HOW ARGUMENT...`.

HOW is "filter": the call is refused, as AppArmor refuses it to all programs without a profile; or
"setuid", by root only: no user namespace is made by anybody, bubblewrap is setuid root, and this
Python goes on as an ordinary user.
"""

import ctypes
import importlib.util
import os
import runpy
import shutil
import struct
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
UNSHARE = {"x86_64": 272, "aarch64": 97}
LOAD, EQUAL, RETURN, ALLOW, REFUSE = 0x20, 0x15, 0x06, 0x7FFF0000, 0x50001


class Program(ctypes.Structure):
    """A filter, as the kernel takes it."""

    _fields_ = [("length", ctypes.c_ushort), ("code", ctypes.c_char_p)]


def refuse() -> None:
    """Let `unshare` fail from now on; bubblewrap makes its namespaces by `clone`."""
    from rnncheck.worker.privileges import forbid_new_privileges
    from rnncheck.worker.syscalls import machine, seccomp

    steps = [
        (LOAD, 0, 0, 0),
        (EQUAL, 0, 1, UNSHARE[machine()]),
        (RETURN, 0, 0, REFUSE),
        (RETURN, 0, 0, ALLOW),
    ]
    code = b"".join(struct.pack("<HBBI", *step) for step in steps)
    if os.geteuid():
        forbid_new_privileges()
    seccomp(1, 0, Program(len(steps), code))


def make_setuid() -> None:
    """Put a copy that is setuid root in bubblewrap's place, for this process alone to see."""
    from rnncheck.worker import bubblewrap, namespaces

    path = bubblewrap.find()
    namespaces.unshare(namespaces.MOUNTS)
    namespaces.mount("none", "/", "", namespaces.PRIVATE | namespaces.RECURSIVE)
    namespaces.mount("tmpfs", "/mnt", "tmpfs", 0, "mode=0755")
    shutil.copy(path, "/mnt/bwrap")
    os.chmod("/mnt/bwrap", 0o4755)
    namespaces.bind("/mnt/bwrap", path)


def forbid_user_namespaces() -> None:
    """Be root of a user namespace with everybody's ids, in which no other one is made."""
    from rnncheck.worker import namespaces

    ready, go = os.pipe()
    child = os.fork()
    if not child:
        os.read(ready, 1)
        for kind in ("uid_map", "gid_map"):
            Path(f"/proc/{os.getppid()}/{kind}").write_text("0 0 65536")
        os._exit(0)
    namespaces.unshare(namespaces.USER)
    os.write(go, b"1")
    os.waitpid(child, 0)
    Path("/proc/sys/user/max_user_namespaces").write_text("0")


def main() -> None:
    """Forbid, and become the interpreter."""
    if importlib.util.find_spec("rnncheck") is None:  # in a clone
        runpy.run_path(str(ROOT / "conftest.py"))
    how, *arguments = sys.argv[1:]
    if how == "setuid":
        make_setuid()
        forbid_user_namespaces()
        arguments = [str(ROOT / "tests" / "as_nobody.py"), *arguments]
    else:
        refuse()
    os.execv(sys.executable, [sys.executable, *arguments])


if __name__ == "__main__":
    main()
