from tensorflow import keras
from tensorflow.keras.preprocessing.image import ImageDataGenerator

import pandas as pd
from torch import nn


class Rescale(nn.Module):
    """Multiplies images by a factor."""

    def __init__(self, factor):
        super().__init__()
        self.factor = factor

    def forward(self, image):
        return image * self.factor


frame = pd.read_csv("labels.csv")
# statistics of the data
# TODO(tf2torch) T2T103: `ImageDataGenerator` is left as it is: featurewise_center is not translated
centered = ImageDataGenerator(featurewise_center=True, rescale=1.0 / 255)
# TODO(tf2torch) T2T103: `.flow_from_directory` is left as it is: which data set that is, is not known
train_gen = centered.flow_from_directory("train", target_size=(32, 32))

rescaled = Rescale(1.0 / 255)
# TODO(tf2torch) T2T103: `ImageDataGenerator.flow_from_dataframe` is left as it is: files that a table names: write a data set that reads its rows
val_gen = rescaled.flow_from_dataframe(frame, "images", x_col="file", y_col="label")
# TODO(tf2torch) T2T103: `keras.utils.image_dataset_from_directory` is left as it is: subset=…, other than "training" or "validation"
both = keras.utils.image_dataset_from_directory(
    "pets", validation_split=0.2, subset="both", seed=1
)
