"""A worker that was started for one submission, in namespaces that are there already.

Its first process keeps the scratch folder small, which is mounted without a limit on files; its
child imports the world, is shut in, and serves. No other process is in these namespaces, and with
the first one both are gone.
"""

from __future__ import annotations

import os
import select
import socket
from typing import Any, NoReturn

from rnncheck.worker.privileges import die_with_parent
from rnncheck.worker.view import BYTES, FILES, SCRATCH

BROKEN, OVERFULL = 97, 98  # what the first process ends with: not shut in; too much was written
_LOOKS = 20  # milliseconds between looks at the scratch folder


def serve_alone(channel: socket.socket) -> NoReturn:
    """Serve one submission as the first process of namespaces."""
    die_with_parent()
    if not os.geteuid():
        os.chmod(SCRATCH, 0o777)  # the child will be nobody
    child = os.fork()
    if not child:
        try:
            _become(channel)
        finally:
            os._exit(BROKEN)
    channel.close()
    handle = os.pidfd_open(child)
    ended = select.poll()
    ended.register(handle, select.POLLIN)
    while not ended.poll(_LOOKS):
        if _overfull():
            os._exit(OVERFULL)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    os._exit(code if code >= 0 else 128 - code)


def _overfull() -> bool:
    """Say whether more is in the scratch folder than may be; not, where it is not measured."""
    held = os.statvfs(SCRATCH)
    used = (held.f_blocks - held.f_bfree) * held.f_frsize
    return used > BYTES or held.f_files - held.f_ffree > FILES


def _become(channel: socket.socket) -> NoReturn:
    """Be the worker: the first frame has the settings; what goes wrong answers the second."""
    from rnncheck.protocol.frame import Bounds, receive
    from rnncheck.worker import sandbox
    from rnncheck.worker.forkserver import import_world
    from rnncheck.worker.server import refuse, serve
    from rnncheck.worker.tiers import Layers
    from rnncheck.worker.view import View

    settings, _ = receive(channel, Bounds())
    words: dict[str, Any] = import_world(settings["world"], forks=False)
    try:
        if "up" in words:
            layers, shown = Layers.from_json(settings["layers"]), View.from_json(settings["view"])
            limits = settings["memory_mib"], settings["cpu_s"]
            sandbox.enter(layers, shown, None, SCRATCH, limits, channel.fileno())
            serve(channel)
        why = words["fault"]["message"] if "fault" in words else words["refused"]
    except OSError as error:
        why = str(error)
    refuse(channel, why)
    os._exit(BROKEN)
