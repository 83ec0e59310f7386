import matplotlib.pyplot as plt
from tensorflow.keras.preprocessing.image import ImageDataGenerator

datagen = ImageDataGenerator(rescale=1.0 / 255, rotation_range=30)
train_gen = datagen.flow_from_directory(
    "train", target_size=(32, 32), class_mode="binary"
)

images, labels = next(train_gen)
more, _ = next(train_gen)
plt.imshow(images[0])
for images, labels in train_gen:
    print(images.shape, train_gen.image_shape)
    break
