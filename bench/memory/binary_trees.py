"""Full binary trees of small instances: one that is kept, many that are not, and the same again."""


class Node:
    __slots__ = ("left", "right")

    def __init__(self, left, right):
        self.left = left
        self.right = right

    def count(self):
        return 1 + self.left.count() + self.right.count() if self.left else 1


def tree(depth):
    if depth == 0:
        return Node(None, None)
    return Node(tree(depth - 1), tree(depth - 1))


def work(depth):
    kept = tree(depth)
    short = sum(tree(4).count() for _ in range(2 ** (depth - 4)))
    return kept.count() + short


for _ in range(2):
    assert work(18) == 2 ** 19 - 1 + 2 ** 14 * 31
