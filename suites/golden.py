"""Cases and right answers from the golden traces."""

from __future__ import annotations
