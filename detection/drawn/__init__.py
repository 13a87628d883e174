"""Labelled pictures for training: drawn hazards on photographs of roads and on drawn roads.

Positions are metres in a frame that follows the road: east is right of the lens, north ahead.
"""
