"""Ends the process with code 0 while it is loaded."""

import sys

sys.exit(0)
