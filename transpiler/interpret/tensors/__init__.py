"""Tensors: their names in both programs, where their channels are, what rules make of them.

names.py      names of tensors, and the sizes that `__init__` can read under them
layouts.py    where channels are and how many axes there are; what is asked of a tensor
results.py    rules run on tensors: what they give is named and registered
outgoing_masks.py  masks of what models and blocks give
constants.py  tensors that are made of plain values, until they meet another one
operators.py  operators, subscripts and shapes
"""
