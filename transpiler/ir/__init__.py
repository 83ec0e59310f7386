"""What the two programs of a model are made of, before they are text. Imports nothing of ours.

expr.py      source expressions: text, and what is known of its value
tokens.py    names that are chosen later
code.py      statements of `__init__` and `forward`
tensor.py    tensors as rules see them: shapes, layouts, masks
sizes.py     arithmetic of sizes
pipeline.py  data sets of tf.data
notes.py     what is said of a conversion
training.py  losses, metrics, optimizers, schedules and callbacks
"""
