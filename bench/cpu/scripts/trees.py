# Binary trees: allocation, recursion, tuples.
def grow(depth):
    return (grow(depth - 1), grow(depth - 1)) if depth else (None, None)


def count(node):
    left, right = node
    return 1 if left is None else 1 + count(left) + count(right)


DEPTH = 16
kept = grow(DEPTH)
for depth in range(4, DEPTH + 1, 2):
    rounds = 1 << (DEPTH - depth + 2)
    print(rounds, depth, sum(count(grow(depth)) for _ in range(rounds)))
print(count(kept))
