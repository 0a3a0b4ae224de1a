"""Students' layers: forward, running statistics, inference, folding."""

import numpy as np

from . import right, wrong

FORWARD, RUNNING, INFERENCE, FOLD = "forward", "running", "inference", "fold"


@right(FORWARD)
def textbook(H, gamma, beta, eps):
    return gamma * (H - H.mean(0)) / np.sqrt(H.var(0) + eps) + beta


@right(FORWARD)
def scale_and_shift(H, gamma, beta, eps):
    scale = gamma / np.sqrt(H.var(axis=0) + eps)
    return H * scale + (beta - H.mean(axis=0) * scale)


@wrong(FORWARD, "γ and β swapped", r"swap|γ.*β")
def swapped(H, gamma, beta, eps):
    return beta * (H - H.mean(0)) / np.sqrt(H.var(0) + eps) + gamma


@wrong(FORWARD, "γ multiplies β too", r"β|[Bb]racket")
def brackets(H, gamma, beta, eps):
    return gamma * ((H - H.mean(0)) / np.sqrt(H.var(0) + eps) + beta)


@wrong(FORWARD, "β forgotten", r"β.*(missing|never|does not)")
def no_beta(H, gamma, beta, eps):
    return gamma * (H - H.mean(0)) / np.sqrt(H.var(0) + eps)


@wrong(FORWARD, "γ forgotten", r"γ.*(missing|never|does not)")
def no_gamma(H, gamma, beta, eps):
    return (H - H.mean(0)) / np.sqrt(H.var(0) + eps) + beta


@wrong(FORWARD, "γ H + β without normalizing", r"normali|mean|divi")
def not_normalized(H, gamma, beta, eps):
    return gamma * H + beta


@wrong(FORWARD, "β subtracted", r"β.*(sign|subtract)")
def minus_beta(H, gamma, beta, eps):
    return gamma * (H - H.mean(0)) / np.sqrt(H.var(0) + eps) - beta


@wrong(FORWARD, "N − 1", r"N − 1|ddof")
def bessel(H, gamma, beta, eps):
    return gamma * (H - H.mean(0)) / np.sqrt(H.var(0, ddof=1) + eps) + beta


@wrong(FORWARD, "divides by γ", r"γ.*divi|divi.*γ")
def over_gamma(H, gamma, beta, eps):
    return (H - H.mean(0)) / np.sqrt(H.var(0) + eps) / gamma + beta


@wrong(FORWARD, "γ and β in place of σ and μ", r"mean|normali|γ|β")
def standardized_by_parameters(H, gamma, beta, eps):
    return (H - beta) / np.sqrt(gamma**2 + eps)


@right(RUNNING)
def pytorch(mean, var, H, momentum):
    return (
        (1 - momentum) * mean + momentum * H.mean(0),
        (1 - momentum) * var + momentum * H.var(0, ddof=1),
    )


@right(RUNNING)
def incremental(mean, var, H, momentum):
    return mean + momentum * (H.mean(0) - mean), var + momentum * (H.var(0, ddof=1) - var)


@right(RUNNING)
def keras_momentum(mean, var, H, momentum):
    return (
        momentum * mean + (1 - momentum) * H.mean(0),
        momentum * var + (1 - momentum) * H.var(0, ddof=1),
    )


@right(RUNNING)
def biased(mean, var, H, momentum):
    return (
        (1 - momentum) * mean + momentum * H.mean(0),
        (1 - momentum) * var + momentum * H.var(0),
    )


@wrong(RUNNING, "std averaged", r"standard deviation|var")
def deviations(mean, var, H, momentum):
    return (
        (1 - momentum) * mean + momentum * H.mean(0),
        (1 - momentum) * var + momentum * H.std(0, ddof=1),
    )


@wrong(RUNNING, "the batch's own", r"(batch|old|weight)")
def last_batch(mean, var, H, momentum):
    return H.mean(0), H.var(0, ddof=1)


@wrong(RUNNING, "never updated", r"(old|as they came|never|weight)")
def never(mean, var, H, momentum):
    return mean, var


@wrong(RUNNING, "weights don't add to 1", r"weight|add up|1")
def weights(mean, var, H, momentum):
    return mean + momentum * H.mean(0), var + momentum * H.var(0, ddof=1)


@wrong(RUNNING, "fixed 0.9/0.1", r"momentum")
def own_momentum(mean, var, H, momentum):
    return 0.9 * mean + 0.1 * H.mean(0), 0.9 * var + 0.1 * H.var(0, ddof=1)


@wrong(RUNNING, "mean Keras's way, var PyTorch's", r"(weigh|other|same|momentum)")
def mixed(mean, var, H, momentum):
    return (
        momentum * mean + (1 - momentum) * H.mean(0),
        (1 - momentum) * var + momentum * H.var(0, ddof=1),
    )


@wrong(RUNNING, "var around the running mean", r"var.*(running|mean|squares)")
def around_running(mean, var, H, momentum):
    new = (1 - momentum) * mean + momentum * H.mean(0)
    return new, (1 - momentum) * var + momentum * ((H - new) ** 2).mean(0)


@wrong(RUNNING, "statistics over the units", r"axis 1|of one example|shape")
def rows(mean, var, H, momentum):
    return (
        (1 - momentum) * mean + momentum * H.mean(),
        (1 - momentum) * var + momentum * H.var(),
    )


@right(INFERENCE)
def inference(H, gamma, beta, mean, var, eps):
    return gamma * (H - mean) / np.sqrt(var + eps) + beta


@wrong(INFERENCE, "the batch's own statistics", r"batch|rows|other examples")
def own_batch(H, gamma, beta, mean, var, eps):
    return gamma * (H - H.mean(0)) / np.sqrt(H.var(0) + eps) + beta


@wrong(INFERENCE, "the batch's mean only", r"mean")
def own_mean(H, gamma, beta, mean, var, eps):
    return gamma * (H - H.mean(0)) / np.sqrt(var + eps) + beta


@wrong(INFERENCE, "divides by var", r"variance|root|var")
def by_var(H, gamma, beta, mean, var, eps):
    return gamma * (H - mean) / (var + eps) + beta


@wrong(INFERENCE, "no ε", r"ε")
def no_eps(H, gamma, beta, mean, var, eps):
    return gamma * (H - mean) / np.sqrt(var) + beta


@wrong(INFERENCE, "no γ and β", r"γ|β")
def no_parameters(H, gamma, beta, mean, var, eps):
    return (H - mean) / np.sqrt(var + eps)


@wrong(INFERENCE, "var taken for std", r"root|var")
def var_as_std(H, gamma, beta, mean, var, eps):
    return gamma * (H - mean) / np.sqrt(var**2 + eps) + beta


@right(FOLD)
def folded(W, b, gamma, beta, mean, var, eps):
    scale = gamma / np.sqrt(var + eps)
    return W * scale, (b - mean) * scale + beta


@right(FOLD)
def folded_by_diagonal(W, b, gamma, beta, mean, var, eps):
    scale = gamma / np.sqrt(var + eps)
    return W @ np.diag(scale), beta + scale * b - scale * mean


@wrong(FOLD, "b not scaled", r"b")
def bias_unscaled(W, b, gamma, beta, mean, var, eps):
    scale = gamma / np.sqrt(var + eps)
    return W * scale, b + beta - mean * scale


@wrong(FOLD, "b forgotten", r"b")
def bias_forgotten(W, b, gamma, beta, mean, var, eps):
    scale = gamma / np.sqrt(var + eps)
    return W * scale, beta - mean * scale


@wrong(FOLD, "mean added", r"mean|sign")
def mean_added(W, b, gamma, beta, mean, var, eps):
    scale = gamma / np.sqrt(var + eps)
    return W * scale, (b + mean) * scale + beta


@wrong(FOLD, "rows of W scaled", r"row|column|input|shape|unit|[Ee]rror|broadcast")
def rows_scaled(W, b, gamma, beta, mean, var, eps):
    scale = gamma / np.sqrt(var + eps)
    return W * scale[:, None], (b - mean) * scale + beta


@wrong(FOLD, "γ missing in W", r"W.*γ|γ.*W")
def gamma_missing(W, b, gamma, beta, mean, var, eps):
    s = np.sqrt(var + eps)
    return W / s, gamma * (b - mean) / s + beta


@wrong(FOLD, "β missing", r"β.*(missing|never|does not)")
def beta_missing(W, b, gamma, beta, mean, var, eps):
    scale = gamma / np.sqrt(var + eps)
    return W * scale, (b - mean) * scale


@wrong(FOLD, "var in place of its root", r"root|variance|var")
def root_missing(W, b, gamma, beta, mean, var, eps):
    scale = gamma / (var + eps)
    return W * scale, (b - mean) * scale + beta
