"""What a learner's dH is made of: products of dy and H_hat, each with a factor.

dH is linear in dy. So dy of one example at a time gives the whole matrix from dy to dH, unit by
unit, and that is a sum of products whose factors are solved for.
"""

import itertools

import numpy as np

from .learner import call
from .results import as_array, in_words
from .verdict import Mistake

# Terms of dH, and how much of each times γ/std is right.
TERMS = {
    "dy": 1,
    "mean(dy)": -1,
    "H_hat · mean(dy · H_hat)": -1,
    "mean(dy · H_hat)": 0,
    "H_hat · mean(dy)": 0,
    "H_hat · mean(dy · H_hat²)": 0,
    "H_hat² · mean(dy · H_hat)": 0,
    "H_hat² · mean(dy)": 0,
}


def terms_of(function, trials):
    """Sentences on what dH is made of: it is linear in dy, so dy of one example at a time tells."""
    solved = []
    for trial in trials:
        dy, H_hat, gamma, std = trial.data
        answers = []
        for row in (None, *range(len(dy))):
            one = np.zeros_like(dy)
            one[row if row is not None else slice(0)] = 1
            try:
                found = call(function, (one, H_hat, gamma, std)).found
            except Mistake:
                return []
            dH = as_array(found[0] if isinstance(found, tuple | list) else found)
            if dH is None or dH.shape != dy.shape:
                return []
            answers.append(dH)
        without, with_one = answers[0], np.array(answers[1:])
        if np.abs(without).max() > 1e-9:
            return ["With dy = 0 your dH is not 0: it has a term in which dy is missing."]
        if not np.allclose(np.einsum("reu,ru->eu", with_one, dy), trial.found[0], rtol=1e-7):
            return []
        factors = _term_factors(with_one, H_hat)
        if factors is None:
            return []
        solved.append(factors)
    return _terms_in_words(solved, trials)


def _term_factors(answers, H_hat):
    """(terms, units): dH as a sum of TERMS, or None. answers: (example of dy, example, unit)."""
    N, factors = len(H_hat), []
    for unit, x in enumerate(H_hat.T):
        ones = np.ones(N)
        products = (ones, ones), (x, x), (ones, x), (x, ones), (x, x**2), (x**2, x), (x**2, ones)
        made = [np.eye(N), *(np.outer(front, inner) / N for front, inner in products)]
        basis = np.stack([each.ravel() for each in made], axis=1)
        matrix = answers[:, :, unit].T.ravel()
        fit = np.linalg.lstsq(basis, matrix, rcond=None)[0]
        if not np.allclose(basis @ fit, matrix, atol=1e-8 * np.abs(matrix).max()):
            return None
        factors.append(np.where(np.abs(fit) < 1e-8 * np.abs(fit).max(), 0, fit))
    return np.array(factors).T


def _terms_in_words(solved, trials):
    said = []
    for at, (term, should) in enumerate(TERMS.items()):
        units = [
            (factor, gamma, std)
            for factors, trial in zip(solved, trials, strict=True)
            for factor, gamma, std in zip(factors[at], *trial.data[2:], strict=True)
        ]
        factor, gamma, std = map(np.array, zip(*units, strict=True))
        if np.allclose(factor, should * gamma / std, rtol=1e-6):
            continue
        text = _power_in_words(factor, gamma, std)
        right = {1: "γ/std", -1: "−γ/std", 0: "0"}[should]
        if not text:
            return []  # no product of γ and std: probes may find where it comes from
        said.append(f"{term} comes into your dH with the factor {text}; it should be {right}.")
    return said


def _power_in_words(factor, gamma, std):
    """k · γᵃ · stdᵇ in words, if that is what the factors are; or None."""
    if not np.any(factor):
        return "0"
    for a, b in sorted(
        itertools.product((1, 0, -1, 2, -2), (-1, 0, 1, -2, 2, -3, 3, -0.5, 0.5)),
        key=lambda powers: abs(powers[0] - 1) + abs(powers[1] + 1),
    ):
        k = factor / (gamma**a * std**b)
        if np.allclose(k, k[0], rtol=1e-6):
            number = "" if np.isclose(abs(k[0]), 1) else f"{in_words(abs(k[0]))} · "
            above = [_power(n, p) for n, p in (("γ", a), ("std", b)) if p > 0]
            over = [_power(n, -p) for n, p in (("γ", a), ("std", b)) if p < 0]
            text = " · ".join(above) or "1"
            return ("−" if k[0] < 0 else "") + number + text + "".join(f"/{each}" for each in over)
    return None


def _power(name, power):
    return {1: name, 2: f"{name}²", 3: f"{name}³", 0.5: f"√{name}"}[power]
