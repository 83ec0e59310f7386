"""Right conversions of compound layers, wrappers, custom layers and unusual programs."""

from __future__ import annotations

import pytest
from pairs import keras_program, module, torch_program

from transpiler.verify.session import VerifySession, verify_pair

EQUAL = {
    "time_distributed": (
        """
        x = Input((4, 6, 6, 3))
        y = layers.TimeDistributed(layers.Conv2D(2, 3))(x)
        model = Model(x, layers.TimeDistributed(layers.Dense(3))(y))
        """,
        module(
            "self.conv = nn.Conv2d(3, 2, 3)\nself.dense = nn.Linear(2, 3)",
            """
            y = self.conv(x.flatten(0, 1).permute(0, 3, 1, 2)).permute(0, 2, 3, 1)
            return self.dense(y.unflatten(0, x.shape[:2]))
            """,
        ),
    ),
    "conv_lstm": (
        "model = Sequential([layers.Input((3, 5, 5, 2)), layers.ConvLSTM2D(3, 3, padding='same')])",
        module(
            """
            self.from_x = nn.Conv2d(2, 12, 3, padding="same")
            self.from_h = nn.Conv2d(3, 12, 3, padding="same", bias=False)
            """,
            """
            x = x.permute(0, 1, 4, 2, 3)
            h = c = x.new_zeros(len(x), 3, *x.shape[3:])
            for step in range(x.shape[1]):
                gates = self.from_x(x[:, step]) + self.from_h(h)
                i, f, g, o = gates.chunk(4, dim=1)
                c = f.sigmoid() * c + i.sigmoid() * g.tanh()
                h = o.sigmoid() * c.tanh()
            return h.permute(0, 2, 3, 1)
            """,
        ),
    ),
    "nothing_left_by_normalization": (
        """
        x = Input((1,))
        y = layers.Dense(1)(layers.Softmax()(x))
        model = Model(x, layers.BatchNormalization(epsilon=1e-5)(layers.LayerNormalization()(y)))
        """,
        module(
            """
            self.dense = nn.Linear(1, 1)
            self.layer = nn.LayerNorm(1, eps=1e-3)
            self.batch = nn.BatchNorm1d(1, momentum=0.01)
            """,
            "return self.batch(self.layer(self.dense(F.softmax(x, dim=-1))))",
        ),
    ),
    "sign_by_normalization": (
        """
        x = Input((8,))
        y = layers.Dense(1, activation="tanh_shrink")(x)
        model = Model(x, layers.UnitNormalization()(y))
        """,
        module(
            "self.dense = nn.Linear(8, 1)",
            "return F.normalize(F.tanhshrink(self.dense(x)), dim=-1)",
        ),
    ),
    "einsum_dense": (
        """
        x = Input((5, 4))
        dense = layers.EinsumDense("abc,cd->abd", output_shape=(None, 3), bias_axes="d")
        model = Model(x, dense(x))
        """,
        module("self.a = nn.Linear(4, 3)", "return self.a(x)"),
    ),
    "custom_layers": (
        """
        class Gate(layers.Layer):
            def __init__(self, units):
                super().__init__()
                self.last = layers.Dense(units)
                self.first = layers.Dense(units)

            def build(self, shape):
                self.scale = self.add_weight(name="scale", shape=(shape[-1],))

            def call(self, x):
                return self.last(self.first(x * self.scale))

        x = Input((4,))
        model = Model(x, layers.Dense(2)(Gate(4)(x)))
        """,
        """
        class Gate(nn.Module):
            def __init__(self, channels, units):
                super().__init__()
                self.last = nn.Linear(units, units)
                self.first = nn.Linear(channels, units)
                self.scale = nn.Parameter(torch.ones(channels))

            def forward(self, x):
                return self.last(self.first(x * self.scale))

        model = nn.Sequential(Gate(4, 4), nn.Linear(4, 2))
        """,
    ),
    "subclassed_model": (
        """
        class Net(keras.Model):
            def __init__(self):
                super().__init__()
                self.b = layers.Dense(4)
                self.a = layers.Dense(4)

            def call(self, x):
                return self.b(self.a(x))

        model = Net()
        """,
        module("self.b = nn.Linear(4, 4)\nself.a = nn.Linear(4, 4)", "return self.b(self.a(x))"),
    ),
    "sampling": (
        """
        x = Input((4,))
        mean = layers.Dense(3)(x)
        noise = layers.Lambda(lambda m: m + tf.random.normal(tf.shape(m), dtype=m.dtype))(mean)
        model = Model(x, layers.GaussianNoise(0.5)(noise))
        """,
        module("self.a = nn.Linear(4, 3)", "x = self.a(x)\nreturn x + torch.randn_like(x)"),
    ),
    "float_scale": (
        "model = Sequential([layers.Input((4,)), layers.Rescaling(1 / 255), layers.Dense(2)])",
        module("self.a = nn.Linear(4, 2)", "return self.a(x / 255)"),
    ),
    "unpacked_rnn_cells": (
        """
        cells = [layers.LSTMCell(4), layers.LSTMCell(2)]
        model = Sequential([layers.Input((5, 3)), layers.RNN(cells)])
        """,
        module(
            "self.a = nn.LSTM(3, 4, batch_first=True)\nself.b = nn.LSTM(4, 2, batch_first=True)",
            "return self.b(self.a(x)[0])[0][:, -1]",
        ),
    ),
    "embedding_below_other_layers": (
        """
        ids = Input((6,))
        inner_ids = Input((6,))
        inner = Model(inner_ids, layers.Embedding(9, 4)(inner_ids))
        model = Model(ids, layers.Dense(2)(inner(layers.Reshape((6,))(ids))))
        """,
        """
        inner = nn.Embedding(9, 4)
        model = nn.Sequential(inner, nn.Linear(4, 2))
        """,
    ),
    "order_of_definition_misleads": (
        """
        x = Input((4,))
        model = Model(x, layers.Dense(4)(layers.Dense(4, activation="relu")(x)))
        """,
        module(
            "self.b = nn.Linear(4, 4)\nself.a = nn.Linear(4, 4)", "return self.b(F.relu(self.a(x)))"
        ),
    ),
    "called_in_another_order": (
        """
        x = Input((4,))
        a = layers.Dense(4, name="left")(x)
        b = layers.Dense(4, name="right")(x)
        model = Model(x, layers.Subtract()([a, b]))
        """,
        module(
            "self.right = nn.Linear(4, 4)\nself.left = nn.Linear(4, 4)",
            "right = self.right(x)\nreturn self.left(x) - right",
        ),
    ),
    "pooling_ties_in_3d": (
        """
        x = Input((5, 4, 6, 2))
        y = layers.Conv3D(1, 1, activation="relu")(x)
        y = layers.MaxPooling3D((2, 2, 3))(layers.Conv3D(3, 1)(y))
        model = Model(x, layers.MaxPooling3D(2, padding="same")(y))
        """,
        module(
            "self.a = nn.Conv3d(2, 1, 1)\nself.b = nn.Conv3d(1, 3, 1)",
            """
            x = self.b(F.relu(self.a(x.permute(0, 4, 1, 2, 3))))
            x = F.max_pool3d(F.max_pool3d(x, (2, 2, 3)), 2)
            return x.permute(0, 2, 3, 4, 1)
            """,
        ),
    ),
    "missing_import": (
        """
        import no_such_package
        from tensorflow.keras.layers import Dense, NoSuchLayer

        def unused():
            return no_such_package.thing(NoSuchLayer)

        def build(n=3):
            if n > 1000:
                unused()
            return Sequential([layers.Input((4,)), Dense(n)])

        model = build()
        """,
        "def build(n=3):\n    return nn.Linear(4, n)\n\nmodel = build()\n",
    ),
    "mixed_precision_policy": (
        """
        tf.keras.mixed_precision.set_global_policy("mixed_float16")
        model = Sequential([layers.Input((4,)), layers.Dense(3)])
        """,
        "model = nn.Linear(4, 3)\n",
    ),
    "pretrained_weights_left_out": (
        """
        base = keras.applications.MobileNetV2(
            weights="imagenet", include_top=False, input_shape=(32, 32, 3), alpha=0.35
        )
        head = Sequential([layers.Input((4,)), layers.Dense(3)])
        head.load_weights("head.weights.h5")
        """,
        "base = None\nhead = nn.Linear(4, 3)\nhead.load_state_dict(torch.load('head.pt'))\n",
    ),
    "shape_of_a_dataset": (
        """
        (x_train, y_train), _ = tf.keras.datasets.mnist.load_data()
        x_train = x_train.reshape(-1, 784) / 255.0
        model = Sequential()
        model.add(layers.Dense(int(y_train.max()) + 1, input_shape=x_train.shape[1:]))
        """,
        "model = nn.Linear(784, 10)\n",
    ),
    "dict_of_models": (
        """
        def build(n=3):
            encoder = Sequential([layers.Input((4,)), layers.Dense(n)])
            other = Sequential([layers.Input((2,)), layers.Dense(1)])
            return {"encoder": encoder, "names": ["a"], "pair": (encoder, other)}

        parts = build(5)
        """,
        """
        def build(n=3):
            encoder = nn.Linear(4, n)
            return {"encoder": encoder, "names": ["a"], "pair": (encoder, nn.Linear(2, 1))}

        parts = build(5)
        """,
    ),
}


@pytest.mark.parametrize("case", EQUAL)
def test_equal(case: str, session: VerifySession) -> None:
    keras, torch = EQUAL[case]
    reports = verify_pair(keras_program(keras), torch_program(torch), session=session)
    found = {report.name: report for report in reports}
    if case == "pretrained_weights_left_out":
        assert found.pop("base").status == "error"
    assert found
    for report in found.values():
        assert (report.status, report.reason) == ("equal", "")
