"""Statements that are not control flow.

lines.py        a line of simple statements
assignments.py  plain, annotated and augmented ones
targets.py      what is assigned to: a name, a place, or several at once
names.py        a value gets a name, in both programs
places.py       a value is put into an attribute or an element
plain.py        statements of plain values, as the user wrote them
comments.py     the comments that a statement hands on
definitions.py  functions, classes, imports
attempts.py     `try`, and `with` where that lets exceptions pass
idle_attempts.py  what goes without a counterpart where exceptions are caught
sureness.py     which statements can't fail, and which blocks let exceptions pass
imports.py      what imports bind
brought.py      functions of other files that give parts of the training, as a file's own
guests.py       functions and classes of other files that get models of this one
imports_elsewhere.py  what a file has imported, where a function of another one reads it
injected.py     parts of the framework that a function puts into variables
arrays.py       sizes of the arrays that a script makes or loads
own_arrays.py   those of a function
array_libraries.py  what makes them, and draws numbers
filled_arrays.py  whose elements are changed
fold_indices.py  which samples are in a fold
"""
