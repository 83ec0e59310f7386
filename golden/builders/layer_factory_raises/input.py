from tensorflow.keras import Input, Model, layers


def norm(kind, **options):
    """A normalization by its short name."""
    if kind == "batch":
        return layers.BatchNormalization(**options)
    if kind == "layer":
        return layers.LayerNormalization(**options)
    raise ValueError(f"unknown normalization: {kind}")


def activation(config):
    name: str = str(config.get("activation", "relu"))
    if name == "relu":
        return layers.ReLU()
    elif name == "elu":
        return layers.ELU()
    return layers.LeakyReLU(0.2)


def build_encoder(config, kind="layer"):
    inputs = Input((12,))
    x = layers.Dense(8)(inputs)
    x = norm(kind, epsilon=1e-5)(x)
    x = activation(config)(x)
    x = layers.Dense(6)(x)
    x = norm(kind, epsilon=1e-5)(x)
    outputs = layers.Dense(3)(x)
    return Model(inputs, outputs)
