"""Changes of the two programs, each a function from statements to statements.

last_rounds.py  modules whose last call gives what nobody reads
liveness.py  what neither program needs goes
moves.py     axes that are moved and straight back
results.py   results of layers that nobody reads
sinking.py   layers that one way of a branch calls are made on that way
choices.py   two layers of which one is made: one attribute
presence.py  `forward` asks whether a layer is there
"""
