"""tf2torch: rewrites TensorFlow/Keras code into PyTorch that computes the same numbers."""

from transpiler.version import __version__

__all__ = ["__version__"]
