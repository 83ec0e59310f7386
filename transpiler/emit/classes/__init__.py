"""One `nn.Module` class, from the two programs that the interpreter found.

writing.py       the class as text
plan.py          what it is made of
draft.py         its two programs, made ready to be read
kept_values.py   what `__init__` computes, and keeps for `forward`
settled_values.py  settings that may change once a model is made: `__init__` keeps them
names.py         the names of layers, sizes and variables
reserved.py      what attributes can't be called
texts.py         expressions with those names filled in
init.py          the body of `__init__`
forward.py       the body of `forward`
module_loops.py  loops over modules
headers.py       the header of a loop, with only what its body reads
contents.py      what statements say, read and make
lines.py         statements as lines
operations.py    functions on tensors, which need no class
"""
