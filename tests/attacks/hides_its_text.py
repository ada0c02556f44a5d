"""Hides its text behind a declared encoding."""

# coding: utf-7
+AGkAbQBwAG8AcgB0 - os
