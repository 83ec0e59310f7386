from tensorflow import keras
from tensorflow.keras.preprocessing.image import ImageDataGenerator

import pandas as pd

frame = pd.read_csv("labels.csv")
# statistics of the data
centered = ImageDataGenerator(featurewise_center=True, rescale=1.0 / 255)
train_gen = centered.flow_from_directory("train", target_size=(32, 32))

rescaled = ImageDataGenerator(rescale=1.0 / 255)
val_gen = rescaled.flow_from_dataframe(
    frame, "images", x_col="file", y_col="label", weight_col="weight"
)
both = keras.utils.image_dataset_from_directory(
    "pets", validation_split=0.2, subset="both", seed=1
)
