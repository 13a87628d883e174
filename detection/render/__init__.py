"""Draw dashcam pictures in true camera geometry, with a truth file that says what is where.

Everything is drawn by this package's own code. Positions are metres in a local frame (east,
north, up) around the start of the street; colours are RGB floats 0..1. The same seed gives the
same pictures.
"""
