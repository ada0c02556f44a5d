"""The truth: cells, time loop, networks, BPTT, RTRL and complex-step differences, in NumPy."""
