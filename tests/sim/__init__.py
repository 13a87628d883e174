"""A town that knows the truth: the world of the fusion benchmark, seen through a fleet's cameras.

It is test equipment, not part of the product: nothing in `hazardmap` reads its scenario, and the
map gets nothing from it but views and boxes. `manage.py simulate` is a thin door to it.
"""
