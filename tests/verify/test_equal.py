"""Right conversions come out equal."""

from __future__ import annotations

import pytest
from pairs import keras_program, module, torch_program

from transpiler.verify.session import VerifySession, verify_pair

SEQUENTIAL = "model = Sequential([\n    {}\n])\n"


def sequential(*layers: str) -> str:
    return SEQUENTIAL.format(",\n    ".join(layers))


EQUAL = {
    "dense": (
        sequential("layers.Input((6,))", "layers.Dense(5, activation='relu')", "layers.Dense(2)"),
        module(
            "self.a = nn.Linear(6, 5)\nself.b = nn.Linear(5, 2)", "return self.b(F.relu(self.a(x)))"
        ),
    ),
    "conv_same_stride": (
        sequential("layers.Input((8, 10, 3))", "layers.Conv2D(4, 3, strides=2, padding='same')"),
        module(
            "self.conv = nn.Conv2d(3, 4, 3, stride=2)",
            """
            x = F.pad(x.permute(0, 3, 1, 2), (0, 1, 0, 1))
            return self.conv(x).permute(0, 2, 3, 1)
            """,
        ),
    ),
    "separable_and_depthwise": (
        sequential(
            "layers.Input((7, 9, 3))",
            "layers.SeparableConv2D(4, 3, depth_multiplier=2)",
            "layers.DepthwiseConv2D(3, depth_multiplier=2)",
        ),
        module(
            """
            self.depthwise = nn.Conv2d(3, 6, 3, groups=3, bias=False)
            self.pointwise = nn.Conv2d(6, 4, 1)
            self.last = nn.Conv2d(4, 8, 3, groups=4)
            """,
            """
            x = self.pointwise(self.depthwise(x.permute(0, 3, 1, 2)))
            return self.last(x).permute(0, 2, 3, 1)
            """,
        ),
    ),
    "transposed": (
        sequential("layers.Input((5, 6, 3))", "layers.Conv2DTranspose(4, 2, strides=2)"),
        module(
            "self.up = nn.ConvTranspose2d(3, 4, 2, stride=2)",
            "return self.up(x.permute(0, 3, 1, 2)).permute(0, 2, 3, 1)",
        ),
    ),
    "conv1d_and_flatten": (
        sequential(
            "layers.Input((9, 3))",
            "layers.Conv1D(4, 3)",
            "layers.MaxPooling1D()",
            "layers.Flatten()",
            "layers.Dense(2, use_bias=False)",
        ),
        module(
            "self.conv = nn.Conv1d(3, 4, 3)\nself.dense = nn.Linear(12, 2, bias=False)",
            """
            x = F.max_pool1d(self.conv(x.transpose(1, 2)), 2)
            return self.dense(x.transpose(1, 2).flatten(1))
            """,
        ),
    ),
    "norms": (
        sequential(
            "layers.Input((6, 8))",
            "layers.LayerNormalization()",
            "layers.GroupNormalization(groups=2)",
            "layers.PReLU(shared_axes=[1])",
            "layers.PReLU()",
        ),
        module(
            """
            self.norm = nn.LayerNorm(8, eps=1e-3)
            self.group = nn.GroupNorm(2, 8, eps=1e-3)
            self.prelu = nn.PReLU(8, init=0.0)
            self.slope = nn.Parameter(torch.zeros(6, 8))
            """,
            """
            x = self.group(self.norm(x).transpose(1, 2))
            x = self.prelu(x).transpose(1, 2)
            return torch.where(x > 0, x, self.slope * x)
            """,
        ),
    ),
    "lstm": (
        sequential(
            "layers.Input((5, 3))", "layers.LSTM(4, return_sequences=True)", "layers.LSTM(2)"
        ),
        module(
            "self.a = nn.LSTM(3, 4, batch_first=True)\nself.b = nn.LSTM(4, 2, batch_first=True)",
            "return self.b(self.a(x)[0])[0][:, -1]",
        ),
    ),
    "gru_and_rnn": (
        sequential(
            "layers.Input((5, 3))", "layers.GRU(4, return_sequences=True)", "layers.SimpleRNN(2)"
        ),
        module(
            "self.a = nn.GRU(3, 4, batch_first=True)\nself.b = nn.RNN(4, 2, batch_first=True)",
            "return self.b(self.a(x)[0])[0][:, -1]",
        ),
    ),
    "bidirectional": (
        sequential(
            "layers.Input((5, 3))", "layers.Bidirectional(layers.LSTM(4))", "layers.Dense(2)"
        ),
        module(
            """
            self.lstm = nn.LSTM(3, 4, batch_first=True, bidirectional=True)
            self.dense = nn.Linear(8, 2)
            """,
            """
            _, (h, _) = self.lstm(x)
            return self.dense(torch.cat([h[-2], h[-1]], dim=-1))
            """,
        ),
    ),
    "bidirectional_as_two": (
        sequential("layers.Input((5, 3))", "layers.Bidirectional(layers.GRU(4))"),
        module(
            """
            self.forwards = nn.GRU(3, 4, batch_first=True)
            self.backwards = nn.GRU(3, 4, batch_first=True)
            """,
            """
            _, a = self.forwards(x)
            _, b = self.backwards(x.flip(1))
            return torch.cat([a[-1], b[-1]], dim=-1)
            """,
        ),
    ),
    "embedding": (
        sequential(
            "layers.Input((6,), dtype='int32')", "layers.Embedding(11, 4)", "layers.LSTM(3)"
        ),
        module(
            "self.embedding = nn.Embedding(11, 4)\nself.lstm = nn.LSTM(4, 3, batch_first=True)",
            "return self.lstm(self.embedding(x))[0][:, -1]",
        ),
    ),
    "masked_embedding": (
        sequential(
            "layers.Input((6,))", "layers.Embedding(11, 4, mask_zero=True)", "layers.LSTM(3)"
        ),
        module(
            "self.embedding = nn.Embedding(11, 4)\nself.lstm = nn.LSTM(4, 3, batch_first=True)",
            """
            lengths = (x != 0).sum(1).cpu()
            x = nn.utils.rnn.pack_padded_sequence(
                self.embedding(x), lengths, batch_first=True, enforce_sorted=False
            )
            return self.lstm(x)[1][0][-1]
            """,
        ),
    ),
    "no_declared_input": (
        sequential("layers.Dense(5, activation='tanh')", "layers.Dense(2)"),
        module(
            "self.a = nn.Linear(6, 5)\nself.b = nn.Linear(5, 2)", "return self.b(self.a(x).tanh())"
        ),
    ),
    "no_declared_input_and_lazy": (
        sequential("layers.Dense(5)", "layers.Dense(2)"),
        "model = nn.Sequential(nn.LazyLinear(5), nn.Linear(5, 2))\n",
    ),
    "lazy": (
        sequential("layers.Input((6,))", "layers.Dense(5)"),
        module("self.a = nn.LazyLinear(5)", "return self.a(x)"),
    ),
    "dropout": (
        sequential("layers.Input((6,))", "layers.Dropout(0.3)", "layers.Dense(5)"),
        module("self.a = nn.Dropout(0.3)\nself.b = nn.Linear(6, 5)", "return self.b(self.a(x))"),
    ),
    "two_inputs_and_outputs": (
        """
        a = Input((4,))
        b = Input((3,))
        shared = layers.Dense(3)
        x = layers.Concatenate()([shared(a), b])
        model = Model([a, b], [layers.Dense(2)(x), layers.Dense(1)(layers.Dense(1)(b))])
        """,
        module(
            """
            self.shared = nn.Linear(4, 3)
            self.left = nn.Linear(6, 2)
            self.second = nn.Linear(1, 1)
            self.first = nn.Linear(3, 1)
            """,
            """
            x = torch.cat([self.shared(a), b], dim=-1)
            return self.left(x), self.second(self.first(b))
            """,
            arguments="a, b",
        ),
    ),
    "shared_layer": (
        """
        a = Input((4,))
        dense = layers.Dense(4, activation="tanh")
        model = Model(a, dense(dense(dense(a))))
        """,
        module(
            "self.dense = nn.Linear(4, 4)",
            """
            for _ in range(3):
                x = self.dense(x).tanh()
            return x
            """,
        ),
    ),
    "dict_inputs": (
        """
        a, b = Input((4,), name="left"), Input((3,), name="right")
        out = {"sum": layers.Dense(2)(a), "other": layers.Dense(2)(b)}
        model = Model({"left": a, "right": b}, out)
        """,
        module(
            "self.a = nn.Linear(4, 2)\nself.b = nn.Linear(3, 2)",
            "return {'sum': self.a(x['left']), 'other': self.b(x['right'])}",
        ),
    ),
    "nested": (
        """
        inner_in = Input((4,))
        encoder = Model(inner_in, layers.Dense(3)(layers.Dense(5)(inner_in)))
        outer = Input((4,))
        model = Model(outer, layers.Dense(2)(encoder(layers.Dense(4)(outer))))
        """,
        """
        class Encoder(nn.Module):
            def __init__(self):
                super().__init__()
                self.a = nn.Linear(4, 5)
                self.b = nn.Linear(5, 3)

            def forward(self, x):
                return self.b(self.a(x))


        class Net(nn.Module):
            def __init__(self, encoder):
                super().__init__()
                self.head = nn.Linear(3, 2)
                self.encoder = encoder
                self.stem = nn.Linear(4, 4)

            def forward(self, x):
                return self.head(self.encoder(self.stem(x)))


        encoder = Encoder()
        model = Net(encoder)
        """,
    ),
    "two_of_one_name": (
        """
        model = Sequential([layers.Input((3,)), layers.Dense(2)])
        model = Sequential()
        model.add(layers.Input((4,)))
        for units in (5, 2):
            model.add(layers.Dense(units))
        """,
        """
        model = nn.Sequential(nn.Linear(3, 2))
        model = nn.Sequential(nn.Linear(4, 5), nn.Linear(5, 2)).to("cpu")
        """,
    ),
    "attention_packed": (
        """
        x = Input((5, 8))
        model = Model(x, layers.MultiHeadAttention(2, 4)(x, x))
        """,
        module(
            "self.attention = nn.MultiheadAttention(8, 2, batch_first=True)",
            "return self.attention(x, x, x, need_weights=False)[0]",
        ),
    ),
    "attention_projected": (
        """
        q, v = Input((5, 6)), Input((4, 7))
        model = Model([q, v], layers.MultiHeadAttention(2, 3, value_dim=5)(q, v))
        """,
        module(
            """
            self.value = nn.Linear(7, 10)
            self.query = nn.Linear(6, 6)
            self.key = nn.Linear(7, 6)
            self.output = nn.Linear(10, 6)
            """,
            """
            value = self.value(v).unflatten(-1, (2, 5)).transpose(1, 2)
            query = self.query(q).unflatten(-1, (2, 3)).transpose(1, 2)
            key = self.key(v).unflatten(-1, (2, 3)).transpose(1, 2)
            x = F.scaled_dot_product_attention(query, key, value)
            return self.output(x.transpose(1, 2).flatten(2))
            """,
            arguments="q, v",
        ),
    ),
}


@pytest.mark.parametrize("case", EQUAL)
def test_equal(case: str, session: VerifySession) -> None:
    keras, torch = EQUAL[case]
    reports = verify_pair(keras_program(keras), torch_program(torch), session=session)
    assert reports
    for report in reports:
        assert (report.status, report.reason) == ("equal", "")
        assert set(report.checks) == {"forward_eval", "forward_train", "gradients"}
        assert all(check.rel_diff < 1e-12 for check in report.checks.values())
