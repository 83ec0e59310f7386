import tensorflow as tf

# TODO(tf2torch) T2T103: `tf.Variable` is left as it is
w = tf.Variable(tf.random.normal((3, 1)))


# TODO(tf2torch) T2T103: `tf.GradientTape` is left as it is
def train_step(x, y, lr=0.1):
    """One step of linear regression."""
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((tf.matmul(x, w) - y) ** 2)
    w.assign_sub(lr * tape.gradient(loss, w))
    return loss
