"""A judge's process: it takes submissions from stdin, and gives a line of JSON for each."""

from __future__ import annotations

import atexit
import json
import os
import pickle
import queue
import signal
import struct
import sys
import tempfile
import threading
import time
from contextlib import suppress
from types import FrameType
from typing import BinaryIO, NoReturn

from rnncheck.grading import batch
from rnncheck.grading.collect import Item
from rnncheck.worker.servers import Servers

LENGTH = struct.Struct(">Q")
AGAIN = 0.2  # seconds between signals


def main() -> None:
    """Judge until stdin ends; then stop at once, and leave no worker behind."""
    device, required = sys.argv[-2:]
    atexit.register(_leave, tempfile.gettempdir())
    signal.signal(signal.SIGINT, _once)
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what something prints is no reply
    requests: queue.SimpleQueue[Item] = queue.SimpleQueue()
    receiver = threading.Thread(target=_receive, args=(sys.stdin.buffer, requests), daemon=True)
    try:
        receiver.start()
        with Servers(required=required) as servers:
            while True:
                print(_reply(requests.get(), device, servers), file=replies, flush=True)
    except KeyboardInterrupt:
        return


def _once(number: int, frame: FrameType | None) -> NoReturn:
    """Interrupt what is being done, but not what is then tidied up."""
    signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def _leave(folder: str) -> None:
    """Remove the folder for what is temporary, the last of all; the parent may be gone."""
    with suppress(OSError):
        os.rmdir(folder)


def _receive(stream: BinaryIO, requests: queue.SimpleQueue[Item]) -> None:
    """Hand over what comes; at its end interrupt the main thread, whatever it is doing.

    A signal that comes just before a call that waits does not end the wait, so there is another.
    """
    while len(head := stream.read(LENGTH.size)) == LENGTH.size:
        requests.put(pickle.loads(stream.read(LENGTH.unpack(head)[0])))
    main_thread = threading.main_thread().ident
    while True:
        if hasattr(signal, "pthread_kill") and main_thread is not None:
            signal.pthread_kill(main_thread, signal.SIGINT)
        else:
            signal.raise_signal(signal.SIGINT)
        time.sleep(AGAIN)


def _reply(item: Item, device: str, servers: Servers) -> str:
    try:
        return json.dumps({"verdict": batch.grade(item, device, servers)}, allow_nan=False)
    except Exception as error:  # whatever it is: it must not become a mark, nor cost the others'
        return json.dumps({"trouble": f"{type(error).__name__}: {error}"})
