"""What goes wrong with workers themselves, and is no submission's fault."""


class WorkerError(Exception):
    """A worker could not be started, or was lost through no doing of the submission."""
