"""Solution of notebook 00."""


# %% mean
def my_mean(H):
    return H.mean(axis=0)


show(check_mean(my_mean))
