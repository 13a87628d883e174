"""Training of the road network from labelled pictures: `python -m detection.train --help`."""
