"""How good a network is: figures with intervals, calibration, and the table that fusion reads.

`python -m detection.evaluate --help` is the way in.
"""
