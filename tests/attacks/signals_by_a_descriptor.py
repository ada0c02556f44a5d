"""Has the kernel send SIGKILL to the judge when there is something to read."""

import fcntl
import socket

SET_FLAGS, SET_OWNER, SET_SIGNAL, ASYNC = 4, 8, 10, 0x2000


def forward(params, x, state):
    here, there = socket.socketpair()
    fcntl.fcntl(here, SET_SIGNAL, 9)
    fcntl.fcntl(here, SET_OWNER, int("@PID@"))
    fcntl.fcntl(here, SET_FLAGS, ASYNC)
    there.send(b"now")
    raise ValueError("REACHED: it signals another process")
