"""`bn_lib.live.explore`."""

from IPython.display import display
from ways import batch

from bn_lib.live import explore
from bn_lib.pictures.picture import Picture


class Figure(Picture):
    def __init__(self):
        with self.drawing(*batch.SIZE):
            left, right = self.figure.subplots(1, 2)
            batch.still(left, right)
            for artist in batch.moving(left, right, 1):
                self.moves(artist)

    def update(self, after, *, gamma):
        steps, dots, text = self.moving
        steps.set_data(batch.counts(after))
        dots.set_data(after, batch.sigmoid(after))
        text.set_text(batch.words(gamma, after))
        self.sentence = text.get_text()


def explorer():
    return explore(batch.transform, Figure(), gamma=batch.GAMMA)


def show():
    display(explorer())
