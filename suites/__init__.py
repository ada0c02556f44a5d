"""Checks of recurrent networks, the cases they run on, and the drivers that run them."""
