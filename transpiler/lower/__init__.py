"""Rules applied to what the interpreter found of training: programs that are not yet text."""
