"""What mutations put into training programs: statements, arguments, callbacks, other literals.

`{model}`, `{x}`, `{y}` and `{keras}` stand for what the program has.
"""

from __future__ import annotations

STATEMENTS = (
    "{model}.trainable = False",
    "{model}.trainable = True",
    "{model}.layers[1].trainable = False",
    "{model}.layers[0].trainable = False",
    "{model}.layers[-1].trainable = False",
    "{model}.layers[-1].trainable = True",
    "for layer in {model}.layers:\n    layer.trainable = False",
    "for layer in {model}.layers[:-1]:\n    layer.trainable = False",
    "for layer in {model}.layers:\n    layer.trainable = True",
    "{model}.get_layer(index=1).trainable = False",
    "{keras}.backend.set_value({model}.optimizer.learning_rate, 0.03125)",
    "{model}.optimizer.learning_rate.assign(0.03125)",
    "{model}.optimizer.learning_rate = 0.03125",
    "{model}.optimizer.learning_rate = {model}.optimizer.learning_rate * 0.5",
    "{model}.optimizer.learning_rate.assign({model}.optimizer.learning_rate * 0.5)",
    "rate_now = float({model}.optimizer.learning_rate)",
    "rate_now = {keras}.backend.get_value({model}.optimizer.learning_rate)",
    "rate_now = float({model}.optimizer.learning_rate.numpy())",
    "{model}.set_weights({model}.get_weights())",
    "kept = {model}.get_weights()",
    "kept = {model}.get_weights()\n{model}.fit({x}, {y}, verbose=0)\n{model}.set_weights(kept)",
    "kept = {model}.layers[-1].get_weights()",
    "{model}.layers[-1].set_weights([0.5 * w for w in {model}.layers[-1].get_weights()])",
    "total = sum(w.sum() for w in {model}.get_weights())",
    "{model}.compile(optimizer='sgd', loss='mse')",
    "{model}.compile(optimizer={keras}.optimizers.SGD(0.0625, momentum=0.5), loss='mae', "
    "metrics=['mse'])",
    "{model}.compile(optimizer={model}.optimizer, loss='mse')",
    "{model}.compile(loss='mse')",
    "{model}.compile('sgd', {model}.loss)",
    "{model}.fit({x}, {y}, epochs=2, verbose=0)",
    "again = {model}.fit({x}, {y}, epochs=3, initial_epoch=1, verbose=0)",
    "again = {model}.fit({x}, {y}, verbose=0, callbacks=["
    "{keras}.callbacks.LearningRateScheduler(lambda epoch: 0.0625)])",
    "again = {model}.fit({x}, {y}, verbose=0, epochs=2, callbacks=["
    "{keras}.callbacks.EarlyStopping(monitor='loss', patience=0, restore_best_weights=True)])",
    "again = {model}.fit({x}, {y}, validation_data=({x}, {y}), verbose=0, batch_size=7)",
    "losses_again = {model}.fit({x}, {y}, verbose=0).history['loss']",
    "last_loss = {model}.fit({x}, {y}, verbose=0).history['loss'][-1]",
    "{model}.fit({x}[:20], {y}[:20], verbose=0)",
    "{model}.train_on_batch({x}[:16], {y}[:16])",
    "batch_loss = {model}.train_on_batch({x}[:16], {y}[:16])",
    "batch_loss = {model}.test_on_batch({x}[:16], {y}[:16])",
    "asked = {model}.evaluate({x}, {y}, verbose=0)",
    "asked = {model}.evaluate({x}, {y}, verbose=0, return_dict=True)",
    "asked = {model}.evaluate({x}[:5], {y}[:5], verbose=0, batch_size=2)",
    "guess = {model}.predict({x}, verbose=0)",
    "guess = {model}.predict({x}[:3], verbose=0).round()",
    "guess = {model}({x}[:3])",
    "guess = {model}({x}[:3], training=True)",
    "guess = {model}.predict_on_batch({x}[:3])",
    "guess = {model}.predict({x}, verbose=0).argmax(axis=-1)",
    "{model}.save_weights('kept.weights.h5')\n{model}.load_weights('kept.weights.h5')",
    "{model}.save_weights('kept.weights.h5')\n{model}.fit({x}, {y}, verbose=0)\n"
    "{model}.load_weights('kept.weights.h5')",
    "{model}.save('kept.keras')\n{model} = {keras}.models.load_model('kept.keras')",
    "{model}.save('kept.keras')\nloaded = {keras}.models.load_model('kept.keras')\n"
    "guess = loaded.predict({x}, verbose=0)",
    "{keras}.backend.clear_session()",
    "copied = {keras}.models.clone_model({model})\ncopied.set_weights({model}.get_weights())\n"
    "copied.compile('sgd', 'mse')\ncopied.fit({x}, {y}, verbose=0)",
    "best = {model}",
    "{model}.summary()",
    "parameters = {model}.count_params()",
    "count_of_layers = len({model}.layers)",
    "names = {model}.metrics_names",
    "{model}.stop_training = True",
    "{model}.reset_metrics()",
    "{keras}.utils.set_random_seed(3)",
    "{model}.layers[-1].activation = {keras}.activations.tanh",
    "{model}.layers[0].kernel_regularizer = {keras}.regularizers.l2(0.01)",
    "{model}.add({keras}.layers.Dense(1))",
    "{model}.pop()",
    "{model}.optimizer = {keras}.optimizers.SGD(0.0625)",
    "{model}.loss = 'mae'",
    "del {model}",
    "features = {keras}.Model({model}.inputs, {model}.layers[-2].output)",
    "features = {keras}.Model({model}.inputs, {model}.layers[-2].output)\n"
    "inner = features.predict({x}, verbose=0)",
    "frozen = {keras}.Model({model}.inputs, {model}.outputs)\nfrozen.trainable = False",
    "twin = {keras}.Model({model}.inputs, {model}.outputs)\ntwin.compile('sgd', 'mse')\n"
    "twin.fit({x}, {y}, verbose=0)",
    "steps_done = int({model}.optimizer.iterations)",
    "assert {model}.optimizer is not None",
    "if {model}.evaluate({x}, {y}, verbose=0):\n    {model}.fit({x}, {y}, verbose=0)",
    "if False:\n    {model}.trainable = False",
    "def freeze(net):\n    net.trainable = False\n\nfreeze({model})",
    "def thaw(net):\n    for layer in net.layers:\n        layer.trainable = True\n\nthaw({model})",
    "def retrain(net):\n    net.fit({x}, {y}, verbose=0)\n\nretrain({model})\nretrain({model})",
)

CALLBACKS = (
    "{keras}.callbacks.EarlyStopping(monitor='loss', patience=0)",
    "{keras}.callbacks.EarlyStopping(monitor='loss', patience=0, restore_best_weights=True)",
    "{keras}.callbacks.EarlyStopping(patience=1)",
    "{keras}.callbacks.EarlyStopping('loss', baseline=0.001, patience=0)",
    "{keras}.callbacks.EarlyStopping('loss', start_from_epoch=1, patience=0)",
    "{keras}.callbacks.ReduceLROnPlateau(monitor='loss', patience=0, factor=0.5, min_delta=10)",
    "{keras}.callbacks.LearningRateScheduler(lambda epoch: 0.0625 / (epoch + 1))",
    "{keras}.callbacks.LearningRateScheduler(lambda epoch, lr: lr * 0.5)",
    "{keras}.callbacks.ModelCheckpoint('best.weights.h5', save_weights_only=True, "
    "monitor='loss', save_best_only=True)",
    "{keras}.callbacks.ModelCheckpoint('best.keras')",
    "{keras}.callbacks.TerminateOnNaN()",
    "{keras}.callbacks.CSVLogger('log.csv')",
    "{keras}.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: print(epoch, logs))",
    "{keras}.callbacks.History()",
)

_ERRORS = ("mse", "mae", "mean_squared_error", "mean_absolute_error", "huber", "log_cosh")
_CROSS = (
    "binary_crossentropy",
    "categorical_crossentropy",
    "sparse_categorical_crossentropy",
    "mse",
    "hinge",
    "kl_divergence",
)
_GROUPS: tuple[tuple[str, ...], ...] = (
    (*_ERRORS, "mean_absolute_percentage_error"),
    _CROSS,
    ("relu", "tanh", "sigmoid", "softmax", "linear", "elu", "gelu", "softplus", "selu"),
    ("sgd", "adam", "rmsprop", "adagrad", "adamax", "nadam", "adamw", "lion"),
    ("accuracy", "acc", "mse", "binary_accuracy", "mae", "AUC"),
    ("loss", "val_loss", "accuracy", "val_accuracy", "val_mae", "mae"),
    ("min", "max", "auto"),
    ("same", "valid"),
    ("glorot_uniform", "he_normal", "zeros", "ones"),
    ("l1", "l2"),
    ("sum", "mean", "sum_over_batch_size", "none"),
)


def siblings(value: str) -> tuple[str, ...]:
    """Other strings that may stand where this one does."""
    return tuple(dict.fromkeys(s for g in _GROUPS if value.lower() in g for s in g))


_FIT = (
    ("batch_size", "7"),
    ("batch_size", "16"),
    ("epochs", "2"),
    ("epochs", "0"),
    ("initial_epoch", "1"),
    ("validation_split", "0.25"),
    ("validation_data", "({x}, {y})"),
    ("validation_data", "({x}[:9], {y}[:9])"),
    ("validation_freq", "2"),
    ("validation_batch_size", "5"),
    ("validation_steps", "1"),
    ("steps_per_epoch", "2"),
    ("shuffle", "False"),
    ("shuffle", "True"),
    ("verbose", "0"),
    ("verbose", "1"),
    ("class_weight", "{0: 1.0, 1: 2.0}"),
    ("class_weight", "{0: 1.0, 1: 2.0, 2: 0.5}"),
    ("class_weight", "None"),
    ("sample_weight", "np.linspace(0.5, 1.5, len({x}))"),
    ("sample_weight", "None"),
    ("callbacks", "None"),
    ("callbacks", "[]"),
    *(("callbacks", f"[{callback}]") for callback in CALLBACKS),
    ("callbacks", "{keras}.callbacks.EarlyStopping('loss', patience=0)"),
)
_COMPILE = (
    ("optimizer", "'adam'"),
    ("optimizer", "'sgd'"),
    ("optimizer", "{keras}.optimizers.SGD(0.0625, momentum=0.5, nesterov=True)"),
    (
        "optimizer",
        "{keras}.optimizers.SGD({keras}.optimizers.schedules.ExponentialDecay(" "0.1, 2, 0.5))",
    ),
    ("optimizer", "{keras}.optimizers.RMSprop(0.01, centered=True)"),
    ("optimizer", "{keras}.optimizers.Adam(0.01, amsgrad=True, clipnorm=0.5)"),
    ("optimizer", "{keras}.optimizers.AdamW(0.01, weight_decay=0.05)"),
    ("loss", "'mse'"),
    ("loss", "'mae'"),
    ("loss", "['mse']"),
    ("loss", "{keras}.losses.Huber(0.5)"),
    ("loss", "lambda y_true, y_pred: {keras}.ops.mean((y_true - y_pred) ** 2, axis=-1)"),
    ("loss", "{keras}.losses.BinaryCrossentropy(from_logits=True)"),
    ("loss", "{keras}.losses.MeanSquaredError(reduction='sum')"),
    ("metrics", "['mae']"),
    ("metrics", "['mse', 'mae']"),
    ("metrics", "[['mae']]"),
    ("metrics", "['accuracy']"),
    ("metrics", "{keras}.metrics.MeanSquaredError()"),
    ("metrics", "[{keras}.metrics.RootMeanSquaredError(name='rmse')]"),
    ("metrics", "[{keras}.metrics.AUC()]"),
    ("metrics", "[{keras}.metrics.MeanMetricWrapper({keras}.losses.mean_squared_error)]"),
    ("metrics", "None"),
    ("metrics", "[]"),
    ("weighted_metrics", "['mae']"),
    ("weighted_metrics", "[]"),
    ("loss_weights", "0.5"),
    ("loss_weights", "[0.5]"),
    ("loss_weights", "None"),
    ("run_eagerly", "True"),
    ("run_eagerly", "False"),
    ("jit_compile", "False"),
    ("auto_scale_loss", "False"),
)
_OPTIMIZER = (
    ("learning_rate", "0.03125"),
    ("learning_rate", "0.0"),
    ("learning_rate", "{keras}.optimizers.schedules.InverseTimeDecay(0.1, 2, 0.5)"),
    ("learning_rate", "{keras}.optimizers.schedules.PiecewiseConstantDecay([2], [0.1, 0.01])"),
    ("clipnorm", "0.25"),
    ("clipvalue", "0.05"),
    ("global_clipnorm", "0.25"),
    ("weight_decay", "0.0625"),
    ("use_ema", "True"),
    ("ema_momentum", "0.5"),
    ("gradient_accumulation_steps", "2"),
    ("loss_scale_factor", "2.0"),
    ("name", "'steps'"),
    ("epsilon", "0.01"),
    ("momentum", "0.5"),
    ("nesterov", "True"),
    ("amsgrad", "True"),
    ("beta_1", "0.5"),
)
_LAYER = (
    ("trainable", "False"),
    ("name", "'named'"),
    ("kernel_regularizer", "'l2'"),
    ("kernel_regularizer", "{keras}.regularizers.L1L2(0.01, 0.02)"),
    ("bias_regularizer", "{keras}.regularizers.l2(0.05)"),
    ("activity_regularizer", "{keras}.regularizers.l2(0.01)"),
    ("kernel_constraint", "{keras}.constraints.MaxNorm(0.5)"),
    ("kernel_constraint", "'non_neg'"),
    ("bias_constraint", "{keras}.constraints.NonNeg()"),
    ("kernel_initializer", "'zeros'"),
    ("use_bias", "False"),
    ("activation", "'tanh'"),
    ("activation", "None"),
)
_ASKING = (
    ("batch_size", "5"),
    ("batch_size", "None"),
    ("verbose", "0"),
    ("steps", "1"),
    ("callbacks", "None"),
    ("return_dict", "True"),
    ("sample_weight", "np.linspace(0.5, 1.5, len({x}))"),
)
_STOPPING = (
    ("patience", "0"),
    ("monitor", "'loss'"),
    ("mode", "'max'"),
    ("min_delta", "10.0"),
    ("restore_best_weights", "True"),
    ("baseline", "0.0"),
    ("start_from_epoch", "1"),
    ("verbose", "1"),
    ("save_weights_only", "True"),
    ("save_best_only", "True"),
    ("factor", "0.5"),
    ("cooldown", "1"),
    ("min_lr", "0.01"),
)
_OPTIMIZERS = {"SGD", "Adam", "RMSprop", "Adagrad", "Adadelta", "Adamax", "Nadam", "AdamW", "Ftrl"}
_LAYERS = {"Dense", "Conv2D", "Conv1D", "LSTM", "GRU", "Embedding", "BatchNormalization"}
_CALLBACKS = {"EarlyStopping", "ReduceLROnPlateau", "ModelCheckpoint"}


def arguments(function: str) -> tuple[tuple[str, str], ...]:
    """What a call of that name may be given besides."""
    if function in ("fit", "compile"):
        return _FIT if function == "fit" else _COMPILE
    if function in ("evaluate", "predict"):
        return _ASKING
    if function in _OPTIMIZERS:
        return _OPTIMIZER
    if function in _LAYERS:
        return _LAYER
    return _STOPPING if function in _CALLBACKS else ()
