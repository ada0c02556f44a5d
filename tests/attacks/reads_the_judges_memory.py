"""Opens the memory of the judge."""


def forward(params, x, state):
    with open("/proc/@PID@/maps") as file:
        raise RuntimeError("REACHED " + file.read(40))
