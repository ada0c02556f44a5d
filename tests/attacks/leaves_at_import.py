"""Ends the process at once, past every handler, while it is loaded."""

import os

os._exit(0)
