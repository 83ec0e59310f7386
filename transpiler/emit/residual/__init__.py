"""What is left of a function or module once its models have become classes.

residue.py        what goes and what comes
removal.py        what is decided about each statement
decisions.py      which plain statements stay
instantiation.py  where models are instantiated
sizes.py          sizes of tensors that what stays reads
reordered.py      what would draw before the layers above it
restating.py      statements that make data sets
clearing.py       the edits that take statements out
"""
