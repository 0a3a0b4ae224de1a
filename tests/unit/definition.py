"""Batch normalization by definition, in fractions, with nothing of the library."""

from fractions import Fraction
from math import sqrt

import numpy as np


def x_hat_by_definition(x, eps, axes=(0,)):
    """Algorithm 1 of Ioffe & Szegedy 2015, exact except for the last square root and division."""
    x_hat = np.empty(x.shape)
    for index in np.ndindex(*(1 if a in axes else n for a, n in enumerate(x.shape))):
        unit = tuple(slice(None) if a in axes else i for a, i in enumerate(index))
        values = [Fraction(float(v)) for v in x[unit].ravel()]
        mean = sum(values) / len(values)
        var = sum((v - mean) ** 2 for v in values) / len(values) + Fraction(eps)
        power = Fraction(2) ** ((var.denominator.bit_length() - var.numerator.bit_length()) // 2)
        std = Fraction(sqrt(var * power**2)) / power
        x_hat[unit] = np.reshape([float((v - mean) / std) for v in values], x[unit].shape)
    return x_hat


def batch(shape, seed=0, mean=2.0):
    """Values with another mean and spread in each unit."""
    rng = np.random.default_rng(seed)
    units = shape[1] if len(shape) > 1 else 1
    spread = np.linspace(0.5, 3, units).reshape(-1, *[1] * max(len(shape) - 2, 0))
    return mean + rng.normal(size=shape) * (spread if len(shape) > 1 else 3.0)


def parameters(shape, seed=1):
    rng = np.random.default_rng(seed)
    size = shape[1:2] or None
    return rng.normal(1, 1, size), rng.normal(0, 2, size)


def numerical_gradient(function, at, dy, step=1e-5):
    """Central differences of sum(dy * function(at))."""
    at = np.asarray(at, float)
    gradient = np.empty_like(at)
    for index in np.ndindex(*at.shape):
        h = np.zeros_like(at)
        h[index] = step
        gradient[index] = np.sum(dy * (function(at + h) - function(at - h))) / (2 * step)
    return gradient
