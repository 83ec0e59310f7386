"""The one place where the version stands; imports nothing, so that `--version` is instant."""

__version__ = "0.1.0"
