"""Changes its answers after they were returned: from a thread, a finaliser, a collector's callback."""

import gc
import threading
import time
import weakref

import numpy as np


class Answer(np.ndarray):
    def __array_finalize__(self, of):
        if of is not None:
            np.asarray(self)[...] = np.pi

    def __del__(self):
        np.asarray(self)[...] = np.pi


def change(array, *rest):
    while True:
        array[...] = np.pi
        time.sleep(0)


def forward(params, x, state):
    held = np.zeros_like(state)
    answer = held.view(Answer)
    weakref.finalize(answer, print, "passed")
    gc.callbacks.append(lambda *_: held.fill(np.pi))
    threading.Thread(target=change, args=(held,), daemon=True).start()
    return answer, answer
