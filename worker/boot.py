"""First code of the worker's process: `python -P -s -S boot.py HOW SITE...`, the socket as stdin.

HOW is "serve", for one submission in this process; "alone", for one in a child of it that is shut
in; or "fork", for a fork server.
"""

from __future__ import annotations

import os
import socket
import sys


def take_channel() -> socket.socket:
    """Move the socket away from stdin, which becomes empty, and return it."""
    channel = os.dup(0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    return socket.socket(fileno=channel)


def main() -> None:
    """Let this process see its own rooms and the named folders, then serve until the end."""
    room = os.path.dirname(os.path.abspath(__file__))
    sys.dont_write_bytecode = True  # nothing of a worker is to be left for the next one
    how = sys.argv[1]
    sys.path += [os.path.dirname(os.path.dirname(room)), *sys.argv[2:]]
    sys.argv = [""]
    if how == "fork":
        from rnncheck.worker.forkserver import serve_children

        serve_children(take_channel())
    if how == "alone":
        from rnncheck.worker.alone import serve_alone

        serve_alone(take_channel())
    from rnncheck.worker.server import serve

    serve(take_channel())


if __name__ == "__main__":
    main()
