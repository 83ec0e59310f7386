"""Wrong conversions come out different, declared differences close, the rest with its reason."""

from __future__ import annotations

import pytest
from pairs import keras_program, module, torch_program

from transpiler.verify.report import ModelReport
from transpiler.verify.session import VerifySession, verify_pair


def only(session: VerifySession, keras: str, torch: str) -> ModelReport:
    (report,) = verify_pair(keras_program(keras), torch_program(torch), session=session)
    return report


def sequential(text: str) -> str:
    return f"model = Sequential([{text}])"


CONV = sequential("layers.Input((8, 8, 3)), layers.Conv2D(4, 3, strides=2, padding='same')")
NORM = sequential("layers.Input((8, 8, 3)), layers.Conv2D(4, 3), layers.BatchNormalization()")
PERMUTED = "return {}.permute(0, 2, 3, 1)"

DIFFERENT = {
    "same padding shifted": (
        CONV,
        module(
            "self.conv = nn.Conv2d(3, 4, 3, stride=2, padding=1)",
            PERMUTED.format("self.conv(x.permute(0, 3, 1, 2))"),
        ),
        "in evaluation, output 0",
    ),
    "epsilon": (
        NORM,
        module(
            "self.conv = nn.Conv2d(3, 4, 3)\nself.norm = nn.BatchNorm2d(4, momentum=0.01)",
            PERMUTED.format("self.norm(self.conv(x.permute(0, 3, 1, 2)))"),
        ),
        "in evaluation",
    ),
    "momentum": (
        NORM,
        module(
            "self.conv = nn.Conv2d(3, 4, 3)\nself.norm = nn.BatchNorm2d(4, eps=1e-3)",
            PERMUTED.format("self.norm(self.conv(x.permute(0, 3, 1, 2)))"),
        ),
        "in training mode, norm.running_",
    ),
    "no batch statistics": (
        NORM,
        module(
            """
            self.conv = nn.Conv2d(3, 4, 3)
            self.norm = nn.BatchNorm2d(4, eps=1e-3, momentum=0.01)
            """,
            """
            x = self.conv(x.permute(0, 3, 1, 2))
            norm = self.norm
            mean, var = norm.running_mean, norm.running_var
            x = F.batch_norm(x, mean, var, norm.weight, norm.bias, False, 0.0, norm.eps)
            return x.permute(0, 2, 3, 1)
            """,
        ),
        "in training mode, output 0",
    ),
    "last step of both directions": (
        sequential("layers.Input((5, 3)), layers.Bidirectional(layers.LSTM(4))"),
        module(
            "self.lstm = nn.LSTM(3, 4, batch_first=True, bidirectional=True)",
            "return self.lstm(x)[0][:, -1]",
        ),
        "in evaluation",
    ),
    "gate order": (
        sequential("layers.Input((5, 3)), layers.GRU(4, reset_after=False)"),
        module(
            """
            self.weight_ih = nn.Parameter(torch.zeros(12, 3))
            self.weight_hh = nn.Parameter(torch.zeros(12, 4))
            self.bias = nn.Parameter(torch.zeros(12))
            """,
            """
            h = x.new_zeros(len(x), 4)
            for step in range(x.shape[1]):
                z, r, n = F.linear(x[:, step], self.weight_ih, self.bias).chunk(3, dim=-1)
                wz, wr, wn = self.weight_hh.chunk(3)
                z, r = torch.sigmoid(z + h @ wz.T), torch.sigmoid(r + h @ wr.T)
                h = z * h + (1 - z) * torch.tanh(n + (r * h) @ wn.T)
            return h
            """,
        ),
        "in evaluation",
    ),
    "flattened in torch's order": (
        sequential("layers.Input((4, 5, 3)), layers.Flatten(), layers.Dense(2)"),
        module("self.a = nn.Linear(60, 2)", "return self.a(x.permute(0, 3, 1, 2).flatten(1))"),
        "in evaluation",
    ),
    "layer missing": (
        sequential("layers.Input((4,)), layers.Dense(3), layers.Dense(2)"),
        module("self.a = nn.Linear(4, 2)", "return self.a(x)"),
        "the weights don't correspond",
    ),
    "layer too many": (
        sequential("layers.Input((4,)), layers.Dense(4)"),
        module("self.a = nn.Linear(4, 4)\nself.b = nn.Linear(4, 4)", "return self.b(self.a(x))"),
        "no layer of the original has the weights of Linear 'b'",
    ),
    "bias too many": (
        sequential("layers.Input((4,)), layers.Dense(4, use_bias=False)"),
        module("self.a = nn.Linear(4, 4)", "return self.a(x)"),
        "has a bias",
    ),
    "dropout rate": (
        sequential("layers.Input((4,)), layers.Dropout(0.3), layers.Dense(4)"),
        module("self.a = nn.Linear(4, 4)\nself.b = nn.Dropout(0.7)", "return self.a(self.b(x))"),
        "dropout rates in training are [0.7] instead of [0.3]",
    ),
    "gradient cut": (
        sequential("layers.Input((4,)), layers.Dense(4), layers.Dense(2)"),
        module(
            "self.a = nn.Linear(4, 4)\nself.b = nn.Linear(4, 2)",
            "return self.b(self.a(x).detach())",
        ),
        "in gradients",
    ),
    "transposed image": (
        sequential("layers.Input((None, None, 3)), layers.Conv2D(2, 3)"),
        module(
            "self.conv = nn.Conv2d(3, 2, 3)",
            "return self.conv(x.permute(0, 3, 2, 1)).permute(0, 2, 3, 1)",
        ),
        "of shape (3, 62, 30, 2) instead of (3, 30, 62, 2)",
    ),
    "softmax lost": (
        sequential("layers.Input((4,)), layers.Dense(3, activation='softmax')"),
        module("self.a = nn.Linear(4, 3)", "return self.a(x)"),
        "in evaluation",
    ),
    "output missing": (
        "x = Input((4,))\nmodel = Model(x, [layers.Dense(2)(x), x])",
        module("self.a = nn.Linear(4, 2)", "return self.a(x)"),
        "1 outputs instead of 2",
    ),
    "slightly": (
        sequential("layers.Input((4,)), layers.Dense(3)"),
        module("self.a = nn.Linear(4, 3)", "return self.a(x) * (1 + 1e-8)"),
        "output 0 differs by 1.0e-08",
    ),
}


@pytest.mark.parametrize("case", DIFFERENT)
def test_different(case: str, session: VerifySession) -> None:
    keras, torch, reason = DIFFERENT[case]
    report = only(session, keras, torch)
    assert report.status == "different"
    assert reason in report.reason


def test_running_variance_is_close(session: VerifySession) -> None:
    torch = module(
        """
        self.conv = nn.Conv2d(3, 4, 3)
        self.norm = nn.BatchNorm2d(4, eps=1e-3, momentum=0.01)
        """,
        PERMUTED.format("self.norm(self.conv(x.permute(0, 3, 1, 2)))"),
    )
    report = only(session, NORM, torch)
    assert report.status == "close"
    assert "running variance" in report.reason
    assert report.checks["gradients"].rel_diff < 1e-12


def test_exact_running_variance_is_equal(session: VerifySession) -> None:
    torch = module(
        """
        self.norm = nn.BatchNorm1d(4, eps=1e-3, momentum=0.01)
        """,
        """
        norm = self.norm
        if not self.training:
            return norm(x)
        with torch.no_grad():
            norm.running_mean.lerp_(x.mean(0), norm.momentum)
            norm.running_var.lerp_(x.var(0, unbiased=False), norm.momentum)
        return F.batch_norm(x, None, None, norm.weight, norm.bias, True, 0.0, norm.eps)
        """,
    )
    keras = sequential("layers.Input((4,)), layers.BatchNormalization()")
    report = only(session, keras, torch)
    assert (report.status, report.reason) == ("equal", "")


def test_logits_are_named(session: VerifySession) -> None:
    keras = sequential("layers.Input((4,)), layers.Dense(3, activation='softmax')")
    keras += "\nmodel.compile('adam', 'categorical_crossentropy')\n"
    report = only(session, keras, module("self.a = nn.Linear(4, 3)", "return self.a(x)"))
    assert report.status == "equal"
    assert report.reason.startswith("equal after softmax over the last axis")


def test_a_stub_is_an_error(session: VerifySession) -> None:
    keras = sequential("layers.Input((4,)), layers.Dense(3)")
    torch = module("pass", "raise NotImplementedError('T2T201: no rule')")
    report = only(session, keras, torch)
    assert report.status == "error"
    assert "T2T201" in report.reason


def test_an_unconverted_program_is_an_error(session: VerifySession) -> None:
    keras = keras_program(sequential("layers.Input((4,)), layers.Dense(3)"))
    (report,) = verify_pair(keras, keras, session=session)
    assert report.status == "error"
    assert "still needs" in report.reason


def test_a_failing_change_is_an_error(session: VerifySession) -> None:
    keras = sequential("layers.Input((4,)), layers.Dense(3)")
    torch = "model = nn.Linear(4, 3)\nmodel.bias.no_such_method()\n"
    report = only(session, keras, torch)
    assert report.status == "error"
    assert "no_such_method" in report.reason


def test_a_missing_model_is_an_error(session: VerifySession) -> None:
    report = only(
        session, sequential("layers.Input((4,)), layers.Dense(3)"), "other = nn.Linear(4, 3)"
    )
    assert report.status == "error"
    assert "no such model" in report.reason


def test_a_crash_is_an_error_and_the_session_goes_on(session: VerifySession) -> None:
    keras = sequential("layers.Input((4,)), layers.Dense(3)")
    crash = "import os\nmodel = nn.Linear(4, 3)\nmodel.bias = os._exit(3)\n"
    report = only(session, keras, crash)
    assert report.status == "error"
    assert "died" in report.reason
    assert only(session, keras, "model = nn.Linear(4, 3)").status == "equal"


def test_a_hang_ends_with_the_timeout() -> None:
    with VerifySession(timeout=120) as session:
        keras = sequential("layers.Input((4,)), layers.Dense(3)")
        assert only(session, keras, "model = nn.Linear(4, 3)").status == "equal"
        session.timeout = 1
        torch = "import time\nmodel = nn.Linear(4, 3)\nmodel.extra = time.sleep(60)\n"
        report = only(session, keras, torch)
    assert report.status == "error"
    assert "took over 1 s" in report.reason


def test_unknown_arguments_are_skipped(session: VerifySession) -> None:
    keras = "def build(n):\n    return Sequential([layers.Input((n,)), layers.Dense(2)])\n"
    torch = "def build(n):\n    return nn.Linear(n, 2)\n"
    report = only(session, keras, torch)
    assert report.status == "skipped"
    assert "--call" in report.reason
    keras, torch = keras_program(keras), torch_program(torch)
    (report,) = verify_pair(keras, torch, calls=["build(n=7)"], session=session)
    assert (report.name, report.status) == ("build(n=7)", "equal")


def test_float32_programs_are_judged_in_float32(session: VerifySession) -> None:
    keras = sequential("layers.Input((4,)), layers.Dense(3, dtype='float32')")
    torch = module(
        "self.a = nn.Linear(4, 3, dtype=torch.float32)", "return self.a(x.to(torch.float32))"
    )
    report = only(session, keras, torch)
    assert report.status == "equal"
    assert "decided in float32" in report.reason


def test_zero_outputs_prove_nothing(session: VerifySession) -> None:
    keras = "x = Input((4,))\nmodel = Model(x, layers.Lambda(lambda t: t * 0.0)(x))"
    report = only(session, keras, module("pass", "return x * 0"))
    assert report.status == "skipped"


def test_what_a_dropout_would_refuse(session: VerifySession) -> None:
    """Nothing is dropped when comparing, and an original that can't train is still told."""
    layer = "layers.Dropout(0.5, noise_shape=(None, 6))"
    report = only(
        session,
        sequential(f"layers.Input((4,)), layers.Dense(3), {layer}"),
        module("self.dense = nn.Linear(4, 3)", "return self.dense(x)"),
    )
    assert report.status == "error"
    assert "the original can't run" in report.reason
