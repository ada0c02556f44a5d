"""Sends its reply one byte at a time, for ever."""

import time

import rnncheck.worker.server as server


def send(channel, data):
    for n in range(len(data)):
        channel.sendall(data[n : n + 1])
        time.sleep(0.05)


def forward(params, x, state):
    server.send = send
    return state, state
