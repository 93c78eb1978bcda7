"""Documents in, hits out: reading, splitting, encoding, storing and searching.

This package never imports ``bot``, never prints and never exits.
"""
