"""Solutions of notebook 08."""


# %% effective_rate
def my_effective_rate(W, lr):
    return lr / np.sum(W**2, axis=0)


show(check_effective_rate(my_effective_rate))
