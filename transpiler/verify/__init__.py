"""Proves that a converted program computes what the original does.

Both programs are run, as far as their models need it, in processes of their own: the original under
Keras, the converted one under torch. The weights of every Keras layer are drawn at random and moved
over, and the outputs, the statistics and the gradients are compared; so are the losses, the steps
and the histories of what both train. Only this room runs the user's code, and only its workers
import a framework.

    session.py      the Python interface; process.py: the workers that it starts and asks
    main.py         `tf2torch verify`; report.py: what it says; trees.py: a project before and after
    targets.py      what to compare, from the text of the original; input_shapes.py, shapes.py,
                    fewer_parameters.py
    training.py     the verdict on what `fit` does; training_text.py: the statements that train
    training_runs.py  what both sides need for it; unread.py, drawn.py: data that aren't there
    slices.py       the statements that those models need; siblings.py: the files they import
    worker.py       one process; records.py: what it is asked and answers; packing.py
    execute.py      runs kept statements; neutral.py, absent.py, legacy.py: what they meet
    fill.py         random weights and inputs
    keras_*.py      the worker of the original
    torch_*.py      the worker of the converted program
    pairing.py      which torch module has the weights of which layer
    weights*.py     how weights correspond, one small function per layer
    compare.py      whether numbers are the same; running.py: what is close by declaration
"""
