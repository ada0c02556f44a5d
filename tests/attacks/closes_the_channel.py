"""Closes every descriptor and goes on."""

import os
import time


def forward(params, x, state):
    os.closerange(0, 1024)
    time.sleep(600)
