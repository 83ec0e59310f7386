"""Proves that a converted program computes what the original does.

Both programs are run, as far as their models need it, in processes of their own: the original under
Keras, the converted one under torch. The weights of every Keras layer are drawn at random and moved
over, and the outputs, the statistics and the gradients are compared. Only this room runs the user's
code, and only its workers import a framework.

    session.py     the Python interface
    main.py        `tf2torch verify`
    targets.py     what to compare, from the text of the original
    slices.py      the statements that those models need
    keras_*.py     the worker of the original
    torch_*.py     the worker of the converted program
    weights*.py    how weights correspond, one small function per layer
"""
