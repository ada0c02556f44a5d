"""Assignments, the judge, marks, reports and the command line."""
