"""Translations, one function for each thing of Keras: its parameters are Keras's own.

README.md says how to add one. layers/ has files that are called as Keras's folders, ops/ what works
on tensors; callbacks.py and checkpoints.py are the callbacks, monitors.py is what they look at, and
given_values.py what they get from callers; emitted*.py hold the source of what torch lacks.
"""
