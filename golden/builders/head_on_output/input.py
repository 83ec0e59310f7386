from tensorflow.keras import layers, models


def make_backbone(width=8):
    inputs = layers.Input((16, 16, 3))
    x = layers.Conv2D(width, 3, activation="relu")(inputs)
    x = layers.MaxPooling2D()(x)
    return models.Model(inputs, x, name="backbone")


def add_head(base, n_classes, dropout=0.0):
    x = base.output
    x = layers.GlobalAveragePooling2D()(x)
    if dropout:
        x = layers.Dropout(dropout)(x)
    out = layers.Dense(n_classes, activation="softmax")(x)
    return models.Model(base.input, out)


backbone = make_backbone()
model = add_head(backbone, 3)
