"""The tree [record.md]."""

from canonical import sha256


class Roots:
    """Roots of a growing list of leaves: one subtree for every bit of its size."""

    def __init__(self, leaves):
        self.leaves = leaves
        self.size = 0
        self.subtrees = []  # (size, hash), largest first

    def root(self, size):
        assert self.size <= size <= len(self.leaves)
        for leaf in self.leaves[self.size:size]:
            tree = (1, leaf)
            while self.subtrees and self.subtrees[-1][0] == tree[0]:
                left = self.subtrees.pop()
                tree = (2 * tree[0], sha256(b"\x01", left[1], tree[1]))
            self.subtrees.append(tree)
        self.size = size
        if not self.subtrees:
            return sha256()
        root = self.subtrees[-1][1]
        for _, left in reversed(self.subtrees[:-1]):
            root = sha256(b"\x01", left, root)
        return root
