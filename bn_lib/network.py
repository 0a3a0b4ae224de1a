"""The functions that a network is made of, with their slopes."""

import numpy as np


def sigmoid(z):
    """1 / (1 + exp(-z)), the nonlinearity of Ioffe & Szegedy 2015, section 3.2.

    z: any shape. Returns the same shape and type (float64 for integers). exp is taken of numbers
    below 0 only: nothing overflows, and far to the left the result is small, not rounded to 0.
    """
    return np.exp(np.minimum(z, 0)) / (1 + np.exp(-np.abs(z)))


def sigmoid_slope(z):
    """The derivative of `sigmoid`, sigmoid(z) * (1 - sigmoid(z)): at most 1/4, at z = 0.

    Shapes and types as `sigmoid`. Small slopes keep their digits on both sides, where
    1 - sigmoid(z) would be rounded to 0 for z > 37.
    """
    e = np.exp(-np.abs(np.asarray(z)))
    return e / (1 + e) ** 2
