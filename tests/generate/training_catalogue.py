"""What random training programs are made of: every choice has a name and its possibilities.

The first possibility is the simplest one: programs are shrunk towards it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Task:
    """What a model learns: its targets, how it ends, and what it may be compiled with."""

    targets: str  #: an expression over `count`
    units: int
    endings: tuple[str, ...]
    losses: tuple[str, ...]
    metrics: tuple[tuple[str, str], ...]  #: each with its key in the history


ERRORS = (
    '"mse"',
    '"mae"',
    '"mean_squared_error"',
    "keras.losses.MeanSquaredError()",
    "keras.losses.MeanAbsoluteError()",
    "keras.losses.Huber()",
    "keras.losses.Huber(delta=0.5)",
    "keras.losses.LogCosh()",
    '"log_cosh"',
    '"huber"',
    "keras.losses.mean_squared_error",
    'keras.losses.MeanSquaredError(reduction="sum")',
    'keras.losses.MeanAbsoluteError(name="error")',
    '"mean_absolute_percentage_error"',
    "squared_distance",
    "ScaledError(0.5)",
    "scaled_error(2.0)",
    "lambda y_true, y_pred: (y_true - y_pred) ** 2",
)
ERROR_METRICS = (
    ('"mae"', "mae"),
    ('"mse"', "mse"),
    ('"mean_absolute_error"', "mean_absolute_error"),
    ("keras.metrics.RootMeanSquaredError()", "root_mean_squared_error"),
    ('keras.metrics.RootMeanSquaredError(name="rmse")', "rmse"),
    ("keras.metrics.MeanSquaredError()", "mean_squared_error"),
    ("keras.metrics.MeanAbsoluteError(name='error')", "error"),
    ("keras.metrics.R2Score()", "r2_score"),
    ("keras.metrics.mean_absolute_error", "mean_absolute_error"),
    ("largest_error", "largest_error"),
    ("keras.metrics.LogCoshError()", "logcosh"),
    ("keras.losses.mean_squared_error", "mean_squared_error"),
)
BINARY = (
    '"binary_crossentropy"',
    "keras.losses.BinaryCrossentropy()",
    "keras.losses.BinaryCrossentropy(label_smoothing=0.25)",
    "keras.losses.BinaryCrossentropy(from_logits=False)",
    "keras.losses.binary_crossentropy",
    "keras.losses.BinaryFocalCrossentropy()",
    "keras.losses.BinaryFocalCrossentropy(gamma=1.5, apply_class_balancing=True)",
    '"mse"',
    'keras.losses.BinaryCrossentropy(reduction="sum")',
    "squared_distance",
)
BINARY_METRICS = (
    ('"accuracy"', "accuracy"),
    ('"acc"', "acc"),
    ('"binary_accuracy"', "binary_accuracy"),
    ("keras.metrics.BinaryAccuracy(threshold=0.25)", "binary_accuracy"),
    ("keras.metrics.AUC()", "auc"),
    ('keras.metrics.AUC(name="area", curve="PR")', "area"),
    ("keras.metrics.Precision()", "precision"),
    ("keras.metrics.Recall(name='found')", "found"),
    ("keras.metrics.Precision(thresholds=0.25)", "precision"),
    ("keras.metrics.FalsePositives()", "false_positives"),
    ("keras.metrics.TruePositives(name='tp')", "tp"),
    ('"mae"', "mae"),
    ("keras.metrics.BinaryCrossentropy()", "binary_crossentropy"),
    ("largest_error", "largest_error"),
)
LOGITS = (
    "keras.losses.BinaryCrossentropy(from_logits=True)",
    "keras.losses.BinaryCrossentropy(from_logits=True, label_smoothing=0.25)",
    "keras.losses.BinaryFocalCrossentropy(from_logits=True)",
    '"hinge"',
    "keras.losses.SquaredHinge()",
)
ONE_HOT = (
    '"categorical_crossentropy"',
    "keras.losses.CategoricalCrossentropy()",
    "keras.losses.CategoricalCrossentropy(label_smoothing=0.25)",
    "keras.losses.CategoricalCrossentropy(from_logits=False)",
    "keras.losses.categorical_crossentropy",
    "keras.losses.CategoricalFocalCrossentropy()",
    "keras.losses.KLDivergence()",
    '"mse"',
    "keras.losses.CategoricalHinge()",
    "squared_distance",
    'keras.losses.CategoricalCrossentropy(reduction="sum")',
)
ONE_HOT_METRICS = (
    ('"accuracy"', "accuracy"),
    ('"acc"', "acc"),
    ('"categorical_accuracy"', "categorical_accuracy"),
    ("keras.metrics.CategoricalAccuracy(name='right')", "right"),
    ("keras.metrics.Precision()", "precision"),
    ("keras.metrics.Recall()", "recall"),
    ("keras.metrics.F1Score(average='macro')", "f1_score"),
    ("keras.metrics.CategoricalCrossentropy()", "categorical_crossentropy"),
    ('"mse"', "mse"),
)
SPARSE = (
    '"sparse_categorical_crossentropy"',
    "keras.losses.SparseCategoricalCrossentropy()",
    "keras.losses.sparse_categorical_crossentropy",
    "keras.losses.SparseCategoricalCrossentropy(from_logits=False)",
    'keras.losses.SparseCategoricalCrossentropy(name="loss", reduction="sum")',
)
SPARSE_METRICS = (
    ('"accuracy"', "accuracy"),
    ('"acc"', "acc"),
    ('"sparse_categorical_accuracy"', "sparse_categorical_accuracy"),
    ("keras.metrics.SparseCategoricalAccuracy(name='right')", "right"),
    ("keras.metrics.SparseCategoricalCrossentropy()", "sparse_categorical_crossentropy"),
)
SPARSE_LOGITS = (
    "keras.losses.SparseCategoricalCrossentropy(from_logits=True)",
    'keras.losses.SparseCategoricalCrossentropy(from_logits=True, reduction="sum")',
)
PLAIN = ("", "", 'activation="linear"', "activation=None")
SIGMOID = ('activation="sigmoid"', "activation=keras.activations.sigmoid")
SOFTMAX = ('activation="softmax"', "activation=keras.activations.softmax")

TASKS: dict[str, Task] = {
    "numbers": Task("rng.normal(size=count)", 1, PLAIN, ERRORS, ERROR_METRICS),
    "column": Task("rng.normal(size=(count, 1))", 1, PLAIN, ERRORS, ERROR_METRICS),
    "rows": Task("rng.normal(size=(count, 3))", 3, PLAIN, ERRORS, ERROR_METRICS),
    "positive": Task(
        "rng.uniform(0.5, 2.0, size=(count, 3))",
        3,
        ('activation="softplus"', 'activation="relu"', 'activation="sigmoid"'),
        (
            *ERRORS,
            '"msle"',
            '"poisson"',
            "keras.losses.Poisson()",
            "keras.losses.CosineSimilarity()",
        ),
        ERROR_METRICS,
    ),
    "bits": Task("rng.integers(0, 2, size=count)", 1, SIGMOID, BINARY, BINARY_METRICS),
    "bit column": Task(
        'rng.integers(0, 2, size=(count, 1)).astype("float32")', 1, SIGMOID, BINARY, BINARY_METRICS
    ),
    "logits": Task(
        "rng.integers(0, 2, size=count)",
        1,
        PLAIN,
        LOGITS,
        (*ERROR_METRICS[:2], *BINARY_METRICS[:4]),
    ),
    "bit rows": Task("rng.integers(0, 2, size=(count, 3))", 3, SIGMOID, BINARY, BINARY_METRICS[:8]),
    "one-hot": Task(
        "keras.utils.to_categorical(rng.integers(0, 3, size=count), 3)",
        3,
        SOFTMAX,
        ONE_HOT,
        ONE_HOT_METRICS,
    ),
    "one-hot rows": Task(
        "np.eye(3)[rng.integers(0, 3, size=count)]", 3, SOFTMAX, ONE_HOT, ONE_HOT_METRICS
    ),
    "one-hot logits": Task(
        "np.eye(3)[rng.integers(0, 3, size=count)]",
        3,
        PLAIN,
        (
            "keras.losses.CategoricalCrossentropy(from_logits=True)",
            "keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.25)",
            '"mse"',
        ),
        ONE_HOT_METRICS[:4],
    ),
    "labels": Task("rng.integers(0, 3, size=count)", 3, SOFTMAX, SPARSE, SPARSE_METRICS),
    "label column": Task("rng.integers(0, 3, size=(count, 1))", 3, SOFTMAX, SPARSE, SPARSE_METRICS),
    "label logits": Task(
        "rng.integers(0, 3, size=count)", 3, PLAIN, SPARSE_LOGITS, SPARSE_METRICS[:4]
    ),
}

#: The inputs: an expression over `count`, and the shape of one sample.
INPUTS: dict[str, tuple[str, str]] = {
    "rows": ("rng.normal(size=(count, 6))", "(6,)"),
    "narrow": ("rng.normal(size=(count, 4)).astype('float32')", "(4,)"),
    "large": ("rng.normal(size=(count, 6)) * 30", "(6,)"),  # outputs near 0 and 1
    "images": ("rng.normal(size=(count, 8, 8, 2))", "(8, 8, 2)"),
    "series": ("rng.normal(size=(count, 5, 3))", "(5, 3)"),
    "ids": ("rng.integers(0, 20, size=(count, 6))", "(6,)"),
}

#: Layers that an input goes through first, up to one vector for each sample.
TRUNKS: dict[str, tuple[tuple[str, ...], ...]] = {
    "rows": (
        ('Dense(8, activation="tanh")',),
        ("Dense(8, activation='relu')", 'Dense(5, activation="elu")'),
        ("Dense({units})", "BatchNormalization()", 'Activation("tanh")'),
        ("Dense(8, kernel_regularizer=keras.regularizers.L2(0.125))", "LeakyReLU()"),
        ("Dense(8, kernel_regularizer='l2', bias_regularizer='l1')",),
        ("Dense(8, activation='tanh', kernel_constraint=keras.constraints.MaxNorm(1.0))",),
        ("Dense(8, activation='tanh', kernel_constraint='non_neg')",),
        ("Dense({units}, activation='tanh')", "Dropout(0.25)"),
        ("LayerNormalization()", "Dense(8, 'relu', use_bias=False)"),
        ("Dense(8, activity_regularizer=keras.regularizers.L2(0.125))",),
        ("Dense(8, kernel_initializer='he_normal')", "PReLU()"),
        ("Dense(8)", "BatchNormalization(momentum=0.5, scale=False)", "ReLU()"),
    ),
    "images": (
        ("Conv2D(4, 3, activation='relu')", "Flatten()"),
        ("Conv2D({units}, (3, 3), padding='same')", "MaxPooling2D()", "Flatten()"),
        ("Conv2D(4, 3, strides=2, padding='same')", "GlobalAveragePooling2D()"),
        ("Conv2D(4, 3, use_bias=False)", "BatchNormalization()", "ReLU()", "Flatten()"),
        ("SeparableConv2D(4, 3, kernel_regularizer='l2')", "GlobalMaxPooling2D()"),
        ("Conv2D(4, 3, kernel_regularizer=keras.regularizers.l2(0.125))", "Flatten()"),
        ("Conv2D(4, 3, kernel_constraint=keras.constraints.UnitNorm([0, 1, 2]))", "Flatten()"),
        ("Flatten()", "Dense(8, activation='relu')"),
    ),
    "series": (
        ("LSTM(4)",),
        ("GRU({units})",),
        ("SimpleRNN(4)",),
        ("Bidirectional(LSTM(3))",),
        ("LSTM(4, return_sequences=True)", "LSTM(3)"),
        ("Conv1D(4, 3, activation='relu')", "GlobalMaxPooling1D()"),
        ("Conv1D(4, 3, padding='causal')", "Flatten()"),
        ("LSTM(4, kernel_regularizer='l2')", "Dropout(0.25)"),
        ("TimeDistributed(Dense(4))", "Flatten()"),
    ),
    "ids": (
        ("Embedding(20, 4)", "Flatten()"),
        ("Embedding(20, 4)", "GlobalAveragePooling1D()"),
        ("Embedding(20, {units})", "LSTM(3)"),
        ("Embedding(20, 4, mask_zero=True)", "GRU(3)"),
        ("Embedding(20, 4, embeddings_regularizer='l2')", "Flatten()"),
        ("Embedding(20, 4)", "Conv1D(4, 3)", "GlobalMaxPooling1D()"),
    ),
}

OPTIMIZERS = (
    '"sgd"',
    "keras.optimizers.SGD(0.125)",
    '"adam"',
    "keras.optimizers.SGD()",
    "keras.optimizers.SGD(learning_rate=RATE)",
    "keras.optimizers.SGD(learning_rate=0.125, momentum=0.5)",
    "keras.optimizers.SGD(0.125, 0.5, True)",
    '"rmsprop"',
    '"SGD"',
    '"Adam"',
    '"adagrad"',
    '"nadam"',
    '"adamax"',
    '"adadelta"',
    "keras.optimizers.Adam()",
    "keras.optimizers.Adam(learning_rate=0.03125)",
    "keras.optimizers.Adam(0.03125, beta_1=0.5)",
    "keras.optimizers.Adam(RATE, amsgrad=True)",
    "keras.optimizers.AdamW(0.03125)",
    "keras.optimizers.AdamW(0.03125, weight_decay=0.25)",
    "keras.optimizers.RMSprop(0.03125)",
    "keras.optimizers.RMSprop(0.03125, rho=0.75, momentum=0.5)",
    "keras.optimizers.RMSprop(0.03125, centered=True)",
    "keras.optimizers.Adagrad(0.125)",
    "keras.optimizers.Nadam(0.03125)",
    "keras.optimizers.Adamax(0.03125, epsilon=0.0625)",
    "keras.optimizers.Adadelta(0.5)",
    "keras.optimizers.Ftrl(0.125)",
    "keras.optimizers.Lion(0.03125)",
    "keras.optimizers.SGD(keras.optimizers.schedules.ExponentialDecay(0.125, 3, 0.5))",
    "keras.optimizers.SGD(keras.optimizers.schedules."
    "PiecewiseConstantDecay([3, 6], [0.25, 0.125, 0.0625]))",
    "keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.125, 9))",
    "keras.optimizers.SGD(keras.optimizers.schedules.PolynomialDecay(0.25, 5), momentum=0.5)",
    "keras.optimizers.Adam(keras.optimizers.schedules."
    "InverseTimeDecay(0.125, 3, 0.5, staircase=True))",
    'keras.optimizers.get("sgd")',
    'keras.optimizers.SGD(0.125, name="steps")',
)
#: What an optimizer may also be given, where it is an instance.
CLIPPING = (
    "clipnorm=0.25",
    "clipvalue=0.0625",
    "global_clipnorm=0.5",
    "weight_decay=0.125",
    "use_ema=True",
    "gradient_accumulation_steps=2",
    "clipnorm=None",
    "epsilon=0.0625",
)

#: Callbacks: `MONITOR` is a key of the history, `NAME` one of the file.
CALLBACKS = (
    "keras.callbacks.EarlyStopping(patience=1)",
    'keras.callbacks.EarlyStopping(monitor="MONITOR", patience=1)',
    'keras.callbacks.EarlyStopping("MONITOR", 0.125, 1, restore_best_weights=True)',
    'keras.callbacks.EarlyStopping(monitor="MONITOR", mode="max", patience=1)',
    'keras.callbacks.EarlyStopping(monitor="MONITOR", patience=0, restore_best_weights=True)',
    'keras.callbacks.EarlyStopping(monitor="MONITOR", patience=2, baseline=0.5)',
    'keras.callbacks.EarlyStopping(monitor="MONITOR", start_from_epoch=1, verbose=1)',
    'keras.callbacks.ReduceLROnPlateau(monitor="MONITOR", factor=0.5, patience=1)',
    'keras.callbacks.ReduceLROnPlateau("MONITOR", 0.5, 0, min_delta=0.25, min_lr=0.03125)',
    "keras.callbacks.ReduceLROnPlateau(patience=1, cooldown=1, factor=0.25)",
    "keras.callbacks.LearningRateScheduler(halved)",
    "keras.callbacks.LearningRateScheduler(lambda epoch: 0.125 / 2**epoch)",
    "keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate * 0.5, verbose=1)",
    "keras.callbacks.LearningRateScheduler(by_epoch)",
    'keras.callbacks.ModelCheckpoint("best.keras", monitor="MONITOR", save_best_only=True)',
    'keras.callbacks.ModelCheckpoint("last.weights.h5", save_weights_only=True)',
    'keras.callbacks.ModelCheckpoint("w-{epoch:02d}-{loss:.2f}.keras")',
    "keras.callbacks.TerminateOnNaN()",
    "keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append(logs['loss']))",
    "keras.callbacks.LambdaCallback(on_epoch_begin=lambda epoch, logs: seen.append(epoch))",
    "keras.callbacks.LambdaCallback(on_train_end=lambda logs: seen.append(-1.0))",
    "keras.callbacks.LambdaCallback(on_batch_end=lambda batch, logs: seen.append(logs['loss']))",
    'keras.callbacks.CSVLogger("log.csv")',
    "keras.callbacks.History()",
    "Losses()",
    "StopBelow(0.5)",
    "Slower()",
)

#: How data are prepared; what stands between `from_tensor_slices` and the end, for `SIZE`.
PIPELINES = (
    ".batch(SIZE)",
    ".batch(SIZE).prefetch(tf.data.AUTOTUNE)",
    ".shuffle(100).batch(SIZE)",
    ".shuffle(buffer_size=count).batch(SIZE).prefetch(1)",
    ".batch(SIZE, drop_remainder=True)",
    ".cache().batch(SIZE)",
    ".map(lambda a, b: (a * 0.5, b)).batch(SIZE)",
    ".batch(SIZE).map(halve)",
    ".batch(SIZE).take(3)",
    ".skip(5).batch(SIZE)",
    ".take(20).batch(SIZE)",
    ".repeat(2).batch(SIZE)",
    ".batch(SIZE).repeat(2)",
    ".filter(lambda a, b: True).batch(SIZE)",
    ".batch(SIZE).cache().shuffle(10)",
)

FLAVORS = {  #: by what their values have in common
    "size": ("8", "16", "7", "32", "BATCH_SIZE"),
    "epochs": ("2", "3", "1", "4", "EPOCHS"),
    "split": ("0.25", "0.2", "0.3", "0.1", "0.0"),
    "verbose": ("0", "2", "1", '"auto"'),
}
