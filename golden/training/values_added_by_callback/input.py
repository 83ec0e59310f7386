import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.metrics import f1_score
from tensorflow import keras
from tensorflow.keras.callbacks import Callback, EarlyStopping, LearningRateScheduler, ModelCheckpoint


class F1(Callback):
    """Adds the F1 score of the validation to the values of each epoch."""

    def __init__(self, validation_data):
        super().__init__()
        self.validation_data = validation_data

    def on_epoch_end(self, epoch, logs=None):
        predicted = self.model.predict(self.validation_data[0], verbose=0) > 0.5
        logs["val_f1"] = f1_score(self.validation_data[1], predicted.astype(int))
        print("val_f1: %.4f" % logs["val_f1"])


class Trainer:
    def __init__(self, rate=0.05):
        self.rate = rate
        self.model = keras.Sequential([
            keras.Input((30,)),
            keras.layers.Dense(6, activation="relu"),
            keras.layers.Dense(1, activation="sigmoid"),
        ])
        self.model.compile(optimizer="sgd", loss="binary_crossentropy", metrics=["accuracy"])

    def schedule(self, epoch):
        return self.rate * 0.8 ** epoch

    def train(self, x, y, validation_data):
        callbacks = [
            F1(validation_data),
            LearningRateScheduler(self.schedule),
            ModelCheckpoint("best-{val_f1:.3f}.weights.h5", monitor="val_f1", mode="max",
                            save_best_only=True, save_weights_only=True),
            EarlyStopping(monitor="val_f1", mode="max", patience=2),
        ]
        return self.model.fit(x, y, validation_data=validation_data, epochs=6, verbose=0,
                              callbacks=callbacks)


x, y = load_breast_cancer(return_X_y=True)
x = (x - x.mean(axis=0)) / x.std(axis=0)
trainer = Trainer()
history = trainer.train(x[:400], y[:400], (x[400:], y[400:]))
best = max(history.history["val_f1"])
print(len(history.epoch), best)
