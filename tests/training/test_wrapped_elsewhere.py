"""Models that a function of another file gets, to freeze them or to make other models of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.test_guests import assert_alike
from tests.training.test_several_files import converted
from transpiler.verify.session import VerifySession

PARTS = """\
from tensorflow.keras.layers import Dense, Input, LeakyReLU
from tensorflow.keras.models import Model, Sequential
from tensorflow.keras.optimizers import SGD

SIZE = 4


def make_generator():
    return Sequential([Input((SIZE,)), Dense(8), LeakyReLU(0.2), Dense(6, activation="tanh")])


def make_discriminator():
    model = Sequential([Input((6,)), Dense(8), LeakyReLU(0.2), Dense(1, activation="sigmoid")])
    model.compile(loss="binary_crossentropy", optimizer=SGD(0.1))
    return model


# both of them, one after the other
"""
FUNCTIONAL = """\
def make_gan(generator, discriminator):
    discriminator.trainable = False
    z = Input((SIZE,))
    gan = Model(z, discriminator(generator(z)))
"""
LISTED = """\
def make_gan(g, d):
    d.trainable = False
    gan = Sequential([g, d])
"""
ADDED = """\
def make_gan(g, d):
    d.trainable = False
    gan = Sequential()
    gan.add(g)
    gan.add(d)
"""
COMPILED = '    gan.compile(loss="binary_crossentropy", optimizer=SGD(0.1))\n    return gan\n'
STEPS = """\
    for step in range(3):
        noise = rng.normal(size=(8, 4))
        images = np.concatenate([real[step:step + 8], generator.predict(noise, verbose=0)])
        discriminator.trainable = True
        losses.append(float(discriminator.train_on_batch(images, labels)))
        discriminator.trainable = False
        losses.append(float(gan.train_on_batch(noise, np.ones((8, 1)))))
    return losses
"""
MAKING = """\
import numpy as np
from parts import make_discriminator, make_gan, make_generator{more}

rng = np.random.default_rng(0)
real = np.tanh(rng.normal(size=(20, 6)))
labels = np.repeat([[0.9], [0.0]], 8, axis=0)
"""
MADE = """\
    discriminator = make_discriminator()
    generator = make_generator()
    gan = make_gan(generator, discriminator)
"""
MAIN = f"{MAKING.format(more='')}\n\ndef train(losses):\n{MADE}{STEPS}\n\nloss = train([])\n"
TRAINER = f"""\
import numpy as np


def steps(generator, discriminator, gan, real, labels, rng):
    losses = []
{STEPS}"""
FAR = f"""\
from trainer import steps
{MAKING.format(more="")}

def main():
{MADE}    discriminator.trainable = True
    first = discriminator.train_on_batch(real[:16], labels)
    print(first)
    return steps(generator, discriminator, gan, real, labels, rng)


loss = main()
"""


@pytest.mark.parametrize("gan", [FUNCTIONAL, LISTED, ADDED])
@pytest.mark.parametrize("far", [False, True])
def test_a_gan_of_models_that_its_builder_gets(
    gan: str, far: bool, tmp_path: Path, session: VerifySession
) -> None:
    files = {"parts.py": f"{PARTS}{gan}{COMPILED}", "main.py": FAR if far else MAIN}
    texts, errors = converted(tmp_path, {**files, "trainer.py": TRAINER} if far else files)
    assert not errors
    assert "class GAN(nn.Module):\n" in texts["parts.py"].partition("# both of them")[0]
    assert "GAN(nn.Module)" not in texts["main.py"]
    assert "import make_discriminator, make_gan, make_generator\n" in texts["main.py"]
    assert "gan_optimizer = torch.optim.SGD(generator.parameters(), lr=0.1)" in texts["main.py"]
    if far:
        assert "def train_on_batch(" in texts["trainer.py"]
    assert_alike(tmp_path, session)


@pytest.mark.parametrize("apart", [False, True])
def test_a_gan_that_is_compiled_where_it_is_given(
    apart: bool, tmp_path: Path, session: VerifySession
) -> None:
    main = MAIN.replace("\n    for", f"\n{COMPILED.partition('    return')[0]}    for", 1)
    main = main.replace(
        "import numpy as np\n", "import numpy as np\nfrom keras.optimizers import SGD\n"
    )
    parts = f"{PARTS}{FUNCTIONAL}    return gan\n"
    files = {"parts.py": parts, "main.py": main}
    if not apart:
        rest = main.replace("from parts import make_discriminator, make_gan, make_generator\n", "")
        files = {"main.py": f"{parts}\n\n{rest}"}
    texts, errors = converted(tmp_path, files)
    assert not errors
    assert "SGD(gan.generator.parameters(), lr=0.1)" in texts["main.py"]
    assert_alike(tmp_path, session)


NETS = """\
from tensorflow import keras
from tensorflow.keras import layers


def base(width=3):
    i = keras.Input((8, 8, 3))
    x = layers.Conv2D(width, 3, activation="relu")(i)
    return keras.Model(i, x)


def classifier(model, classes):
    model.trainable = False
    i = keras.Input((8, 8, 3))
    x = layers.GlobalAveragePooling2D()(model(i))
    head = keras.Model(i, layers.Dense(classes, activation="softmax")(x))
    head.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return head


def encoder(n):
    i = keras.Input((n,))
    return keras.Model(i, layers.Dense(3, activation="relu")(i))


def autoencoder(model, n):
    i = keras.Input((n,))
    return keras.Model(i, layers.Dense(n)(model(i)))
"""
HELPERS = """\


def freeze(model):
    model.trainable = False


def compile_model(model, rate):
    model.compile(keras.optimizers.SGD(rate), "mse")
    return model
"""
DATA = """\
import numpy as np
{imports}

rng = np.random.default_rng(0)
"""


def test_a_head_on_a_frozen_base(tmp_path: Path, session: VerifySession) -> None:
    main = DATA.format(imports="from nets import base, classifier") + (
        "x, y = rng.normal(size=(20, 8, 8, 3)), rng.integers(0, 3, 20)\n"
        "model = classifier(base(4), 3)\n"
        "history = model.fit(x, y, epochs=2, batch_size=8, shuffle=False)\n"
        'loss = history.history["loss"]\n'
    )
    texts, errors = converted(tmp_path, {"nets.py": NETS, "main.py": main})
    assert not errors
    assert "    model.requires_grad_(False)\n" in texts["nets.py"]
    assert texts["nets.py"].count("def init_like_keras(") == 1
    assert "isinstance(module, (nn.Conv2d, nn.Linear))" in texts["nets.py"]
    assert_alike(tmp_path, session)


@pytest.mark.parametrize("frozen", ["", "    nets.freeze(part)\n"])
def test_an_encoder_within_an_autoencoder(
    frozen: str, tmp_path: Path, session: VerifySession
) -> None:
    main = DATA.format(imports="import nets") + (
        "x = rng.normal(size=(20, 5))\n\n\ndef main():\n"
        f"    part = nets.encoder(5)\n{frozen}"
        "    model = nets.compile_model(nets.autoencoder(part, 5), 0.1)\n"
        "    history = model.fit(x, x, epochs=2, batch_size=8, shuffle=False)\n"
        '    return history.history["loss"], part.predict(x, verbose=0)\n\n\n'
        "loss, code = main()\n"
    )
    helpers = (
        HELPERS
        if frozen
        else HELPERS.partition("def freeze")[0]
        + "def compile_model"
        + HELPERS.partition("def compile_model")[2]
    )
    files = {
        "nets.py": NETS.partition("def classifier")[0]
        + NETS.partition("return head\n\n\n")[2]
        + helpers,
        "main.py": main,
    }
    texts, errors = converted(tmp_path, files)
    assert not errors
    if frozen:
        assert "part.requires_grad_(False)\n" in texts["main.py"]
    assert "return Autoencoder(model, n).to(device)\n" in texts["nets.py"]
    assert_alike(tmp_path, session)


@pytest.mark.parametrize("compiled", [False, True])
def test_a_file_without_a_word_of_the_framework_trains_for_another_one(
    compiled: bool, tmp_path: Path, session: VerifySession
) -> None:
    compiles = '    model.compile("sgd", "mse")\n'
    model = "    model = Sequential([Input((4,)), Dense(1)])\n"
    imports = PARTS.partition("SIZE")[0]
    net = f"{imports}\n\ndef build():\n{model}{compiles if compiled else ''}    return model\n"
    train = (
        f"def train(model, x, y, epochs=2):\n{'' if compiled else compiles}"
        "    history = model.fit(x, y, epochs=epochs, batch_size=8, shuffle=False)\n"
        '    return history.history["loss"]\n'
    )
    main = (
        "import numpy as np\nfrom net import build\nfrom steps import train\n\n\n"
        "def main():\n    x = np.random.default_rng(0).normal(size=(20, 4))\n"
        "    return train(build(), x, x[:, 0])\n\n\nloss = main()\n"
    )
    if compiled:
        main = main.replace(
            "    return train(build(), ", "    model = build()\n    return train(model, "
        )
    texts, errors = converted(tmp_path, {"net.py": net, "steps.py": train, "main.py": main})
    assert not errors
    assert "def train_epoch(" in texts["steps.py"]
    assert_alike(tmp_path, session)


HEADS = """\
from tensorflow import keras
from tensorflow.keras import layers


def base():
    return keras.Sequential([keras.Input((6,)), layers.Dense(5)])


def attach(base, classes):
    i = keras.Input((6,))
    x = layers.Dropout(0.0)(layers.PReLU()(base(i)))
    return keras.Model(i, layers.Dense(classes)(x))
"""
ATTACHED = """\
import numpy as np
from parts import attach, base

x = np.random.default_rng(0).normal(size=(30, 6))
model = attach(base(), 3)
model.compile("sgd", "mse")
loss = model.fit(x, x[:, :3], epochs=2, verbose=0, shuffle=False).history["loss"]
"""


def test_layers_that_torch_calls_the_same(tmp_path: Path, session: VerifySession) -> None:
    texts, errors = converted(tmp_path, {"parts.py": HEADS, "main.py": ATTACHED})
    assert not errors
    assert "self.dropout = nn.Dropout(0.0)" in texts["parts.py"]
    assert_alike(tmp_path, session)


def test_the_same_layers_of_nothing_known_are_said(tmp_path: Path) -> None:
    other = f"{HEADS}\n\ndef other():\n    return nn.Dropout(0.5)\n"
    _, errors = converted(tmp_path, {"parts.py": other, "main.py": ATTACHED})
    assert len(errors) == 1
    assert "`nn.Dropout` is left as it is: what `nn` stands for" in errors[0]
