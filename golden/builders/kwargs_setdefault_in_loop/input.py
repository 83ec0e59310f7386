from tensorflow.keras import Input, Model, layers


class Encoder:
    def __init__(self, widths):
        self.widths = widths

    def _dense(self, x, units, **options):
        options.setdefault("activation", "tanh")
        options.setdefault("kernel_initializer", "he_normal")
        return layers.Dense(units, **options)(x)

    def build(self, features=5):
        inputs = Input((features,))
        x = inputs
        for width in self.widths:
            x = self._dense(x, width)
            if width > 4:
                x = self._dense(x, width, activation="relu")
        return Model(inputs, self._dense(x, 2, activation=None, use_bias=False))


model = Encoder((4, 8)).build()
