"""Makes links to the judge's file in its folder and reads through them."""

import os


def forward(params, x, state):
    for make in (os.link, os.symlink):
        try:
            make("@SECRET@", "way")
        except OSError:
            continue
        with open("way") as file:
            raise RuntimeError(file.read())
    raise PermissionError("no link")
