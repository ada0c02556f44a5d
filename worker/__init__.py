"""Loads and runs a submission in a process of its own.

The judge's side is stage, launch, link, client, proxy, results and untrusted; boot, server,
student, worlds and confine run beside the stranger's code.
"""
