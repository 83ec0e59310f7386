import tensorflow as tf

w = tf.Variable(tf.random.normal((3, 1)))


def train_step(x, y, lr=0.1):
    """One step of linear regression."""
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((tf.matmul(x, w) - y) ** 2)
    w.assign_sub(lr * tape.gradient(loss, w))
    return loss
