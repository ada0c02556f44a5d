"""What goes wrong with workers themselves, and is no submission's fault."""


class WorkerError(Exception):
    """A worker could not be started, or was lost through no doing of the submission."""


class RefusedError(WorkerError):
    """This machine does not give what was asked of it, now or later."""
