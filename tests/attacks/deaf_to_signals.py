"""Loops with every signal blocked and handled."""

import signal

signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
for number in (signal.SIGTERM, signal.SIGALRM, signal.SIGXCPU, signal.SIGINT):
    signal.signal(number, lambda *a: None)


def forward(params, x, state):
    while True:
        pass
