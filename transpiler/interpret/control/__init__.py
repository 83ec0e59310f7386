"""Control flow, which stays control flow in both programs.

suites.py          statements in order, and `if`
after_models.py    what a builder does with models that are complete
standing.py        statements about plain values that are not understood: they stay
failing.py         ways of a branch that are not understood
branches.py        both ways of a branch, run apart and put together
elements.py        what lists and dicts of tensors hold
joined_lists.py    lists of tensors put together with single tensors
picked_rates.py   learning rates that a condition picks
perhaps.py         callbacks that a list has on one way only
joins.py           where two ways meet: one value for each name
loops.py           loops, which stay loops or are unrolled over layers
first_rounds.py    what loops set in their first round alone
jumps.py           `continue` and `break`
changes.py         what the rounds of a loop change
targets.py         the variables of loops
comprehensions.py  comprehensions, which stay or become loops
sequences.py       lists of tensors, as both programs write them
entries.py         tensors that are put into lists and dicts, by index or key
"""
