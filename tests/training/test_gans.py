"""Models that are trained against each other, in the arrangements that programs have them in."""

from __future__ import annotations

import pytest

from tests.training.programs import converted
from tests.training.scripts import Scripts
from transpiler.diagnostics import Severity
from transpiler.options import Options
from transpiler.pipeline import convert

CYCLE = """\
import numpy as np
from keras.layers import Conv2D, Input, LeakyReLU
from keras.models import Model
from keras.optimizers.legacy import SGD


class CycleGAN():
    def __init__(self):
        self.img_shape = (6, 6, 2)
        self.lambda_cycle = 10.0
        self.lambda_id = 0.5 * self.lambda_cycle
        optimizer = SGD(0.0625)
        self.d_A = self.build_discriminator()
        self.d_B = self.build_discriminator()
        self.d_A.compile(loss="mse", optimizer=optimizer, metrics=["accuracy"])
        self.d_B.compile(loss="mse", optimizer=optimizer, metrics=["accuracy"])
        self.g_AB = self.build_generator()
        self.g_BA = self.build_generator()
        img_A = Input(shape=self.img_shape)
        img_B = Input(shape=self.img_shape)
        fake_B = self.g_AB(img_A)
        fake_A = self.g_BA(img_B)
        reconstr_A = self.g_BA(fake_B)
        reconstr_B = self.g_AB(fake_A)
        img_A_id = self.g_BA(img_A)
        img_B_id = self.g_AB(img_B)
        self.d_A.trainable = False
        self.d_B.trainable = False
        valid_A = self.d_A(fake_A)
        valid_B = self.d_B(fake_B)
        self.combined = Model(
            inputs=[img_A, img_B],
            outputs=[valid_A, valid_B, reconstr_A, reconstr_B, img_A_id, img_B_id],
        )
        self.combined.compile(
            loss=["mse", "mse", "mae", "mae", "mae", "mae"],
            loss_weights=[
                1, 1, self.lambda_cycle, self.lambda_cycle, self.lambda_id, self.lambda_id
            ],
            optimizer=optimizer,
        )

    def build_generator(self):
        d0 = Input(shape=self.img_shape)
        d1 = Conv2D(3, kernel_size=3, padding="same")(d0)
        d1 = LeakyReLU(alpha=0.25)(d1)
        return Model(d0, Conv2D(2, kernel_size=3, padding="same", activation="tanh")(d1))

    def build_discriminator(self):
        img = Input(shape=self.img_shape)
        return Model(img, Conv2D(1, kernel_size=3, strides=2, padding="same")(img))

    def train(self, epochs):
        valid, fake = np.ones((3, 3, 3, 1)), np.zeros((3, 3, 3, 1))
        losses = []
        for epoch in range(epochs):
            imgs_A = np.random.uniform(-1, 1, (3, 6, 6, 2))
            imgs_B = np.random.uniform(-1, 1, (3, 6, 6, 2))
            fake_B = self.g_AB.predict(imgs_A)
            fake_A = self.g_BA.predict(imgs_B)
            dA_loss = np.add(
                self.d_A.train_on_batch(imgs_A, valid), self.d_A.train_on_batch(fake_A, fake)
            )
            dB_loss = np.add(
                self.d_B.train_on_batch(imgs_B, valid), self.d_B.train_on_batch(fake_B, fake)
            )
            g_loss = self.combined.train_on_batch(
                [imgs_A, imgs_B], [valid, valid, imgs_A, imgs_B, imgs_A, imgs_B]
            )
            losses.append([*(0.5 * np.add(dA_loss, dB_loss)), *g_loss])
        return losses


np.random.seed(1)
gan = CycleGAN()
losses = np.array(gan.train(3))
"""


def test_several_generators(scripts: Scripts) -> None:
    """Weights of losses that an object keeps reach the function that trains with them."""
    apart = scripts.compare(CYCLE, converted(CYCLE), "2")
    assert {"losses", "model 2: g_AB.conv2d.weight"} <= apart.keys()
    assert max(apart.values()) < 1e-9


WEIGHED = """\
import numpy as np
from tensorflow.keras.layers import Dense, Input
from tensorflow.keras.models import Model
from tensorflow.keras.optimizers import SGD

rng = np.random.default_rng(0)
x, y, z = rng.normal(size=(20, 6)), rng.normal(size=(20, 3)), rng.normal(size=(20, 2))


def build(weight):
    i = Input((6,))
    model = Model(i, [Dense(3)(i), Dense(2)(i)])
    model.compile(loss=["mse", "mse"], optimizer=SGD(0.1), loss_weights=[1, weight])
    return model


def main(weight):
    model = build(2.0)
    other = build(weight)
    first = model.fit(x, [y, z], epochs=2, verbose=0)
    second = other.fit(x, [y, z], epochs=2, verbose=0)
    return first.history["loss"], second.history["loss"]


first, second = main(0.25)
"""


def test_weights_of_losses_that_functions_get(scripts: Scripts) -> None:
    """Each model has its own, wherever it is trained."""
    apart = scripts.compare(WEIGHED, converted(WEIGHED))
    assert {"first", "second", "model 1: dense.weight"} <= apart.keys()
    assert max(apart.values()) < 1e-9


AUXILIARY = """\
import numpy as np
from keras.layers import Dense, Embedding, Flatten, Input, multiply
from keras.models import Model, Sequential
from keras.optimizers.legacy import SGD


class ACGAN():
    def __init__(self):
        self.img_shape, self.latent_dim = (4, 4, 1), 5
        losses = ["binary_crossentropy", "sparse_categorical_crossentropy"]
        self.discriminator = self.build_discriminator()
        self.discriminator.compile(loss=losses, optimizer=SGD(0.0625), metrics=["accuracy"])
        self.generator = self.build_generator()
        noise = Input(shape=(self.latent_dim,))
        label = Input(shape=(1,))
        img = self.generator([noise, label])
        self.discriminator.trainable = False
        valid, target_label = self.discriminator(img)
        self.combined = Model([noise, label], [valid, target_label])
        self.combined.compile(loss=losses, optimizer=SGD(0.0625))

    def build_generator(self):
        noise = Input(shape=(self.latent_dim,))
        label = Input(shape=(1,), dtype="int32")
        embedding = Flatten()(Embedding(3, self.latent_dim)(label))
        model = Sequential([Dense(16, activation="tanh", input_dim=self.latent_dim)])
        return Model([noise, label], model(multiply([noise, embedding])))

    def build_discriminator(self):
        img = Input(shape=(16,))
        features = Dense(8, activation="tanh")(img)
        validity = Dense(1, activation="sigmoid")(features)
        return Model(img, [validity, Dense(3, activation="softmax")(features)])

    def train(self, epochs):
        valid, fake = np.ones((6, 1)), np.zeros((6, 1))
        for epoch in range(epochs):
            imgs, labels = np.random.normal(size=(6, 16)), np.random.randint(0, 3, (6, 1))
            noise = np.random.normal(0, 1, (6, self.latent_dim))
            sampled = np.random.randint(0, 3, (6, 1))
            gen_imgs = self.generator.predict([noise, sampled])
            d_loss = self.discriminator.train_on_batch(imgs, [valid, labels])
            d_loss = np.add(d_loss, self.discriminator.train_on_batch(gen_imgs, [fake, sampled]))
            g_loss = self.combined.train_on_batch([noise, sampled], [valid, sampled])
            losses.append([*d_loss, *g_loss])


np.random.seed(2)
losses = []
ACGAN().train(3)
losses = np.array(losses)
"""


def test_auxiliary_classifier(scripts: Scripts) -> None:
    """Labels reach the embedding of the generator as whole numbers; metrics keep their order."""
    apart = scripts.compare(AUXILIARY, converted(AUXILIARY), "2")
    assert apart["losses"] < 1e-8
    assert max(apart.values()) < 1e-6  # probabilities of an inner model are clipped


HANDED_ON = """\
import numpy as np
from keras.layers import Dense, Input
from keras.models import Sequential


def save(model, name):
    open(name, "w").write(model.to_json())


class Net:
    def __init__(self):
        self.model = Sequential([Input((6,)), Dense(3)])
        self.model.compile(loss="mse", optimizer="sgd")

    def train(self, x, y):
        self.model.fit(x, y, epochs=2)
        self.save_model()

    def save_model(self):
        save(self.model, "a.json")


Net().train(np.ones((10, 6)), np.ones((10, 3)))
"""


def test_what_objects_hand_on_is_said() -> None:
    """A function that asks the model for what a module lacks would fail when it runs."""
    found = convert(HANDED_ON).diagnostics
    assert [d.line for d in found if d.severity is Severity.ERROR] == [20]


CLIPPED = """\
import numpy as np
from keras.layers import Dense, Input{more}
from keras.models import Sequential

rng = np.random.default_rng(0)
x, y = rng.normal(size=(20, {shape})), rng.normal(size=(20, 1))
critic = Sequential([Input(({shape},)), {first}, Dense(1)])
critic.compile(loss="mse", optimizer="sgd")
for step in range(3):
    critic.train_on_batch(x, y)
    {loop}
prediction = critic.predict(x)
"""


@pytest.mark.parametrize(
    "loop",
    [
        "for layer in critic.layers:\n"
        "        layer.set_weights([np.clip(w, -0.1, 0.2) for w in layer.get_weights()])",
        "for l in critic.layers:\n"
        "        ws = [np.clip(w, a_min=-0.1, a_max=0.2) for w in l.get_weights()]\n"
        "        l.set_weights(ws)",
    ],
)
def test_clipped_weights(scripts: Scripts, loop: str) -> None:
    """All weights of a critic."""
    text = CLIPPED.format(more="", shape=4, first='Dense(6, activation="tanh")', loop=loop)
    code = converted(text)
    assert "weights.clamp_(-0.1, 0.2)" in code
    assert max(scripts.compare(text, code).values()) < 1e-9


@pytest.mark.parametrize(
    ("more", "first", "loop"),
    [
        # torch has two biases where Keras has one
        (", GRU, Reshape", "Reshape((2, 2)), GRU(3)", "np.clip(w, -0.1, 0.2)"),
        ("", "Dense(3)", "np.clip(w, -0.1, w.max())"),
        ("", "Dense(3)", "np.round(w, 2)"),
    ],
)
def test_other_changes_of_weights_are_left(more: str, first: str, loop: str) -> None:
    """What is not the same for torch's tensors is said."""
    lines = f"for l in critic.layers:\n        l.set_weights([{loop} for w in l.get_weights()])"
    text = CLIPPED.format(more=more, shape=4, first=first, loop=lines)
    found = [d for d in convert(text).diagnostics if d.severity is Severity.ERROR]
    assert found


FLAT = """\
import numpy as np
from keras.layers import Dense, Flatten, Input
from keras.models import Sequential


class Net:
    def __init__(self, rows):
        self.shape = (rows, 4, 1)
        self.model = Sequential()
        self.model.add(Flatten(input_shape=self.shape))
        self.model.add(Dense(2))
        self.model.compile("sgd", "mse")

    def train(self, x, y):
        return self.model.train_on_batch(x, y)


rng = np.random.default_rng(0)
net = Net(3)
loss = net.train(rng.normal(size=(8, 3, 4, 1)), rng.normal(size=(8, 2)))
"""


def test_flattened_inputs_of_any_rank(scripts: Scripts) -> None:
    """Their size is the product of a shape that only the run tells."""
    code = converted(FLAT)
    assert "nn.Linear(math.prod(shape), 2)" in code
    assert "self.model = NetModel(self.shape)" in code
    assert max(scripts.compare(FLAT, code).values()) < 1e-9


FROZEN = """\
import numpy as np
from keras.layers import BatchNormalization, Dense
from keras.models import Sequential
from keras.optimizers.legacy import SGD


def define_discriminator():
    model = Sequential()
    model.add(Dense(8, input_dim=6))
    model.add(BatchNormalization())
    model.add(Dense(1, activation="sigmoid"))
    model.compile(loss="binary_crossentropy", optimizer=SGD(0.0625), metrics=["accuracy"])
    return model


def define_generator():
    model = Sequential()
    model.add(Dense(8, input_dim=4, activation="tanh"))
    model.add(Dense(6))
    return model


def define_gan(g_model, d_model):
    for layer in d_model.layers:
        {loop}
    model = Sequential()
    model.add(g_model)
    model.add(d_model)
    model.compile(loss="binary_crossentropy", optimizer=SGD(0.0625))
    return model


np.random.seed(1)
d_model = define_discriminator()
g_model = define_generator()
gan_model = define_gan(g_model, d_model)
losses = []
for i in range(3):
    d_loss, _ = d_model.train_on_batch(np.random.normal(size=(16, 6)), np.ones((16, 1)))
    g_loss = gan_model.train_on_batch(np.random.normal(size=(16, 4)), np.ones((16, 1)))
    losses.append([d_loss, g_loss])
"""


@pytest.mark.parametrize(
    "loop",
    [
        "layer.trainable = False",
        "if not isinstance(layer, BatchNormalization):\n            layer.trainable = False",
    ],
)
def test_layers_of_a_model_that_is_compiled(scripts: Scripts, loop: str) -> None:
    """They go on training where their model does alone; its batch normalization may always."""
    text = FROZEN.format(loop=loop)
    apart = scripts.compare(text, converted(text, Options(exact=True)), "2")
    assert {"losses", "model 1: d_model.batch_normalization.running_mean"} <= apart.keys()
    assert max(apart.values()) < 1e-9


def test_what_keras_3_would_train_is_said() -> None:
    """Nothing, where it freezes a model between `compile` and the first step."""
    text = FROZEN.format(loop="layer.trainable = False").replace(".legacy", "")
    messages = [d.message for d in convert(text).diagnostics]
    assert any("would train nothing" in message for message in messages)
    failed = convert(text, Options(keras="3")).diagnostics
    assert any(d.severity is Severity.ERROR for d in failed)


IN_TURN = """\
import numpy as np
from tensorflow.keras.layers import Dense, Input
from tensorflow.keras.models import Model, Sequential
from tensorflow.keras.optimizers import SGD


def set_trainability(model, trainable=False):
    model.trainable = trainable
    for layer in model.layers:
        layer.trainable = trainable


def build(n, m, activation):
    model = Sequential([Input((n,)), Dense(8, activation="tanh"), Dense(m, activation=activation)])
    return model


def make_gan(G, D):
    set_trainability(D, False)
    i = Input((4,))
    GAN = Model(i, D(G(i)))
    GAN.compile(loss="binary_crossentropy", optimizer=SGD(0.0625))
    return GAN


class Trainer:
    def __init__(self):
        self.G = build(4, 5, "linear")
        self.D = build(5, 1, "sigmoid")
        self.D.compile(loss="binary_crossentropy", optimizer=SGD(0.0625))
        self.set_trainable(self.D, False)
        i = Input((4,))
        self.GAN = Model(i, self.D(self.G(i)))
        self.GAN.compile(loss="binary_crossentropy", optimizer=SGD(0.0625))

    def set_trainable(self, m, val):
        m.trainable = val
        for l in m.layers:
            l.trainable = val

    def train(self):
        losses = []
        for i in range(3):
            x = np.random.normal(size=(8, 5))
            self.set_trainable(self.D, True)
            d = self.D.train_on_batch(x, np.ones((8, 1)))
            self.set_trainable(self.D, False)
            g = self.GAN.train_on_batch(np.random.normal(size=(8, 4)), np.ones((8, 1)))
            losses.append([d, g])
        return losses


np.random.seed(0)
a = Trainer().train()
G = build(4, 5, "linear")
D = build(5, 1, "sigmoid")
D.compile(loss="binary_crossentropy", optimizer=SGD(0.0625))
GAN = make_gan(G, D)
b = []
for i in range(3):
    set_trainability(D, True)
    d = D.train_on_batch(np.random.normal(size=(8, 5)), np.ones((8, 1)))
    set_trainability(D)
    g = GAN.train_on_batch(np.random.normal(size=(8, 4)), np.ones((8, 1)))
    b.append([d, g])
"""


@pytest.mark.parametrize("keras", ["2", "3"])
def test_parts_that_are_made_trainable_in_turn(scripts: Scripts, keras: str) -> None:
    """By functions and methods that do nothing else, in methods that train afterwards."""
    code = converted(IN_TURN)
    assert "trainab" not in code
    apart = scripts.compare(IN_TURN, code, keras)
    assert {"a", "b", "model 3: G.dense.weight"} <= apart.keys()
    assert max(apart.values()) < 1e-9


def test_what_methods_freeze_for_others_is_left() -> None:
    """When they run, nobody knows."""
    text = IN_TURN.replace("self.set_trainable(self.D, True)", "pass")
    text = text.replace(
        "            self.set_trainable(self.D, False)\n            g", "            g"
    )
    text += "\n\ndef stop(trainer):\n    trainer.set_trainable(trainer.D, False)\n"
    found = [d for d in convert(text).diagnostics if d.severity is Severity.ERROR]
    assert found


INFO = """\
import keras.backend as K
import numpy as np
from keras.layers import Dense, Flatten, Input, concatenate
from keras.models import Model, Sequential
from keras.optimizers.legacy import SGD


class InfoGAN():
    def __init__(self):
        self.img_shape, self.latent_dim = (4, 4, 1), 5
        losses = ["binary_crossentropy", self.mutual_info_loss]
        self.discriminator, self.auxiliary = self.build_disk_and_q_net()
        self.discriminator.compile(loss=["binary_crossentropy"], optimizer=SGD(0.0625))
        self.generator = Sequential([Dense(16, activation="tanh", input_dim=self.latent_dim)])
        self.generator.compile(loss="mse", optimizer="sgd")
        gen_input = Input(shape=(self.latent_dim,))
        img = self.generator(gen_input)
        self.discriminator.trainable = False
        outputs = [self.discriminator([img, gen_input]), self.auxiliary([img, gen_input])]
        self.combined = Model(gen_input, outputs)
        self.combined.compile(loss=losses, optimizer=SGD(0.0625))

    def build_disk_and_q_net(self):
        img, z = Input(shape=(16,)), Input(shape=(self.latent_dim,))
        both = concatenate([Flatten()(img), z])
        embedding = Dense(8, activation="tanh")(both)
        validity = Dense(1, activation="sigmoid")(embedding)
        {another}
        label = Dense(3, activation="softmax")(embedding)
        return Model([img, z], validity), Model([img, z], label)

    def mutual_info_loss(self, c, c_given_x):
        eps = 1e-8
        return K.mean(-K.sum(K.log(c_given_x + eps) * c, axis=1))

    def train(self, epochs):
        valid, losses = np.ones((6, 1)), []
        for epoch in range(epochs):
            z = np.random.normal(size=(6, self.latent_dim))
            labels = np.eye(3)[np.random.randint(0, 3, 6)]
            imgs = np.random.normal(size=(6, 16))
            d_loss = self.discriminator.train_on_batch([imgs, z], valid)
            fakes = self.generator.predict(z)
            d_loss += self.discriminator.train_on_batch([fakes, z], 1 - valid)
            losses.append([d_loss, *self.combined.train_on_batch(z, [valid, labels])])
        return losses


np.random.seed(3)
losses = np.array(InfoGAN().train(3))
"""


def test_models_that_a_method_gives_together(scripts: Scripts) -> None:
    """Each is an attribute; a list of losses has a method; one is compiled for nothing."""
    text = INFO.format(another='embedding = Dense(8, activation="tanh")(both)')
    code = converted(text)
    assert "generator_optimizer" not in code
    apart = scripts.compare(text, code, "2")
    assert {"losses", "model 2: auxiliary.dense_1.weight"} <= apart.keys(), sorted(apart)
    assert max(apart.values()) < 1e-6


def test_layers_shared_with_what_is_frozen_are_said() -> None:
    """Keras freezes them in all models that have them."""
    messages = [d.message for d in convert(INFO.format(another="")).diagnostics]
    assert any("shares layers with a model that is not trainable" in one for one in messages)


def test_a_prediction_inside_of_a_list_is_said() -> None:
    """It has no name of its own there."""
    text = INFO.format(another='embedding = Dense(8, activation="tanh")(both)')
    text = text.replace("            fakes = self.generator.predict(z)\n", "")
    text = text.replace("[fakes, z]", "[self.generator.predict(z), z]")
    found = [d.message for d in convert(text).diagnostics if d.severity is Severity.ERROR]
    assert any("give what it gives a name" in message for message in found)


def test_averages_of_parts_that_are_called_twice_are_said() -> None:
    """Keras runs the calls of one depth in another order."""
    text = CYCLE.replace("d1 = LeakyReLU", "d1 = BatchNormalization()(d1)\n        d1 = LeakyReLU")
    text = text.replace("import Conv2D", "import BatchNormalization, Conv2D")
    messages = [d.message for d in convert(text).diagnostics]
    assert sum("is called more than once" in message for message in messages) == 2
    assert not any("more than once" in d.message for d in convert(CYCLE).diagnostics)


MADE_AT_ONCE = """\
import numpy as np
from keras.layers import Dense
from keras.models import Sequential
from numpy import ones, zeros


def define_discriminator():
    model = Sequential([Dense(6, activation="relu", input_dim=2), Dense(1, activation="sigmoid")])
    model.compile(loss="binary_crossentropy", optimizer="sgd", metrics=["accuracy"])
    return model


def define_generator(latent_dim):
    return Sequential([Dense(4, activation="relu", input_dim=latent_dim), Dense(2)])


def generate_latent_points(latent_dim, n):
    return np.random.RandomState(n).randn(latent_dim * n).reshape(n, latent_dim)


def generate_real_samples(n):
    x = np.random.RandomState(3).rand(n, 1) - 0.5
    return np.hstack((x, x * x)), ones((n, 1))


def generate_fake_samples(generator, latent_dim, n):
    return generator.predict(generate_latent_points(latent_dim, n), verbose=0), zeros((n, 1))


def summarize_performance(generator, discriminator, latent_dim, n=20):
    x_real, y_real = generate_real_samples(n)
    _, acc_real = discriminator.evaluate(x_real, y_real, verbose=0)
    x_fake, y_fake = generate_fake_samples(generator, latent_dim, n)
    _, acc_fake = discriminator.evaluate(x_fake, y_fake, verbose=0)
    return acc_real, acc_fake


discriminator = define_discriminator()
generator = define_generator(5)
for _ in range(2):
    x_real, y_real = generate_real_samples(8)
    x_fake, y_fake = generate_fake_samples(generator, 5, 8)
    discriminator.train_on_batch(x_real, y_real)
    discriminator.train_on_batch(x_fake, y_fake)
accuracies = summarize_performance(generator, discriminator, 5)
"""


def test_arrays_that_are_made_where_they_are_returned(scripts: Scripts) -> None:
    apart = scripts.compare(MADE_AT_ONCE, converted(MADE_AT_ONCE, Options(exact=True)))
    assert {"x_fake", "accuracies"} <= apart.keys()
    assert {name: far for name, far in apart.items() if not far < 1e-9} == {}
