"""Expressions that only read.

names.py       what a name stands for
attributes.py  attributes, by the kind of the value
folders.py     attributes of loaders of images
displays.py    literals, and lists, tuples, sets and dicts that are written out
operators.py   operators, comparisons, `a if b else c`
subscripts.py  elements and slices
"""
