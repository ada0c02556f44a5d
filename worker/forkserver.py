"""The fork server: imports a world and runs nothing of it; forks a child for each submission.

It talks with the judge over a socket of packets. The first packet is its settings; each later
one asks for a child and brings two descriptors: the child's channel, and a pipe on which this
process, not the child, writes how the child ended.
"""

from __future__ import annotations

import gc
import json
import os
import select
import socket
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

from rnncheck.worker import namespaces, privileges, sandbox, view
from rnncheck.worker.tiers import Layers
from rnncheck.worker.view import SCRATCH, View

MOST = 1 << 17
BROKEN = 97  # a child that could not be shut in


def serve_children(control: socket.socket) -> NoReturn:
    """Serve until the judge closes the socket."""
    settings = json.loads(control.recv(MOST))
    layers, shown = Layers.from_json(settings["layers"]), View.from_json(settings["view"])
    made = None
    try:
        os.close(os.pidfd_open(os.getpid()))  # from Linux 5.3 on
        if layers.namespaces:
            _isolate(control, shown, settings["root"])
            made = sandbox.rules(shown, layers, SCRATCH)
        words = import_world(settings["world"])
    except OSError as error:
        words = {"refused": str(error)}
    control.send(json.dumps(words).encode())
    if "up" not in words:
        os._exit(0)
    _Server(control, layers, shown, made).serve()


def _isolate(control: socket.socket, shown: View, root: str) -> None:
    """Go on as the first process of own namespaces, with nothing but the view in sight."""
    if os.geteuid():
        namespaces.unshare_user()
        view.build(shown, root)
    else:
        namespaces.unshare(namespaces.MOUNTS)
        view.build(shown, root)
        privileges.become_nobody()
        namespaces.unshare_user()
    namespaces.unshare(namespaces.OWN & ~namespaces.MOUNTS)
    first = os.fork()
    if first:
        control.close()
        os.waitpid(first, 0)
        os._exit(0)
    privileges.die_with_parent()
    view.renew()


def import_world(world: str, *, forks: bool = True) -> dict[str, Any]:
    """Import what every worker of this world needs; return the words for the judge.

    Args:
        world: a key of stage.WORLDS.
        forks: whether this process will fork workers, not be one.
    """
    import rnncheck.worker.server  # noqa: F401 -- so that no child has to
    from rnncheck.protocol.faults import Fault
    from rnncheck.worker.rehearsal import rehearse
    from rnncheck.worker.worlds import enter, prepare

    try:
        enter(world, "cpu")
    except Fault as fault:
        return {"fault": {"kind": fault.kind, "message": str(fault), "detail": fault.detail}}
    prepare(world)
    if forks and world == "numpy":  # a call of another framework may start threads
        rehearse()
    threads = len(os.listdir("/proc/self/task"))
    if threads != 1:
        return {"refused": f"{threads} threads run after the import; a fork would not be safe"}
    if forks:
        gc.collect()
        gc.freeze()
    return {"up": True}


class _Server:
    def __init__(
        self, control: socket.socket, layers: Layers, shown: View, made: int | None
    ) -> None:
        self._control, self._layers, self._shown, self._made = control, layers, shown, made
        self._pids = os.open("/proc/self/ns/pid", os.O_RDONLY) if layers.namespaces else -1
        self._children: dict[int, tuple[int, int]] = {}  # by pidfd: process id, pipe
        self._poll = select.poll()
        self._poll.register(control, select.POLLIN)

    def serve(self) -> NoReturn:
        while True:
            for ready, _ in self._poll.poll():
                if ready in self._children:
                    self._ended(ready)
                else:
                    self._asked()

    def _asked(self) -> None:
        try:
            data, fds, _, _ = socket.recv_fds(self._control, MOST, 2)
        except ConnectionError:
            os._exit(0)
        if not data:
            os._exit(0)
        channel, pipe = fds
        child = self._fork(channel, json.loads(data))
        handle = os.pidfd_open(child)
        os.close(channel)
        self._children[handle] = child, pipe
        self._poll.register(handle, select.POLLIN)
        with suppress(ConnectionError):
            socket.send_fds(self._control, [json.dumps({"kib": _resident()}).encode()], [handle])

    def _fork(self, channel: int, request: dict[str, Any]) -> int:
        if self._layers.namespaces:
            namespaces.unshare(namespaces.PIDS)
        child = os.fork()
        if not child:
            self._become(channel, request)
        if self._layers.namespaces:
            namespaces.rejoin(self._pids, namespaces.PIDS)
        return child

    def _become(self, channel: int, request: dict[str, Any]) -> NoReturn:
        """Be the child: shut in, then serve one submission."""
        from rnncheck.worker.server import refuse, serve  # imported already, by import_world

        link = socket.socket(fileno=channel)
        try:
            scratch = request["scratch"] or SCRATCH
            limits = request["memory_mib"], request["cpu_s"]
            sandbox.enter(self._layers, self._shown, self._made, scratch, limits, channel)
            serve(link)
        except OSError as error:
            refuse(link, str(error))
        finally:
            os._exit(BROKEN)

    def _ended(self, handle: int) -> None:
        child, pipe = self._children.pop(handle)
        _, status = os.waitpid(child, 0)
        with suppress(BrokenPipeError):
            os.write(pipe, json.dumps(os.waitstatus_to_exitcode(status)).encode())
        self._poll.unregister(handle)
        os.close(handle)
        os.close(pipe)


def _resident() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") >> 10
