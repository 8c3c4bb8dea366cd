"""A list of a million small instances."""


class Point:
    def __init__(self, x, y):
        self.x = x
        self.y = y


items = [Point(i, -i) for i in range(1000000)]
assert sum(p.x + p.y for p in items) == 0
