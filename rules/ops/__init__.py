"""Functions on tensors: of `tf`, `keras.ops` and `keras.backend`."""
