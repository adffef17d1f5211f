#!/usr/bin/python3
"""Classes, generators, big integers, floats, regular expressions, json, subprocesses."""
import functools
import hashlib
import itertools
import json
import math
import os
import re
import struct
import subprocess
import sys
import tempfile
import zlib
from collections import Counter, defaultdict, deque
from decimal import Decimal, getcontext
from fractions import Fraction

print("== numbers")
print(math.factorial(60) % (10**9 + 7), 3**200, pow(7, 10**18, 998244353))
print([math.sin(1e5), math.exp(1.5), math.gamma(7.5), math.hypot(3, 4), 0.1 + 0.2, 1e308 * 10, -0.0])
getcontext().prec = 50
print(Decimal(2).sqrt(), Fraction(355, 113) - Fraction(22, 7))
print(divmod(-17, 5), -17 // 5, round(2.5), round(-3.5), int("ff", 16), f"{255:#010b} {1234567.891:,.2f} {0.1:.20f}")
x = 0.3
for _ in range(20000):
    x = 3.9 * x * (1 - x)
print(repr(x), float.hex(x))


def sieve(limit):
    flags = bytearray([1]) * (limit + 1)
    flags[:2] = b"\0\0"
    for n in range(2, int(limit**0.5) + 1):
        if flags[n]:
            flags[n * n :: n] = bytes(len(range(n * n, limit + 1, n)))
    return [n for n, isPrime in enumerate(flags) if isPrime]


primes = sieve(20000)
print(len(primes), sum(primes), primes[-3:])

print("== data structures")
words = [w for w in re.split(r"\W+", __doc__.lower()) if w]
print(Counter("".join(words)).most_common(4), sorted(words, key=lambda w: (-len(w), w))[:3])
groups = defaultdict(list)
for n in range(100):
    groups[n * n % 13].append(n)
print({key: len(value) for key, value in sorted(groups.items())})
print(list(itertools.islice((a * b for a, b in itertools.product(range(5), repeat=2) if a != b), 6)))
print(["".join(p) for p in itertools.permutations("abc")])


@functools.lru_cache(maxsize=None)
def partitions(n, largest):
    if n == 0:
        return 1
    return sum(partitions(n - part, part) for part in range(1, min(n, largest) + 1))


print(partitions(60, 60), partitions.cache_info().currsize)


def queens(n, columns=()):
    if len(columns) == n:
        yield columns
        return
    for column in range(n):
        if all(column != c and abs(column - c) != len(columns) - row for row, c in enumerate(columns)):
            yield from queens(n, columns + (column,))


solutions = list(queens(6))
print(len(solutions), solutions[0])
queue = deque([(0, 0)])
seen = {(0, 0): 0}
while queue:
    place = queue.popleft()
    for dx, dy in ((1, 2), (2, 1), (-1, 2), (-2, 1), (1, -2), (2, -1), (-1, -2), (-2, -1)):
        there = (place[0] + dx, place[1] + dy)
        if there not in seen and all(0 <= v < 8 for v in there):
            seen[there] = seen[place] + 1
            queue.append(there)
print(len(seen), max(seen.values()), seen[(7, 7)])

print("== classes and errors")


class Vector:
    __slots__ = ("x", "y")

    def __init__(self, x, y):
        self.x, self.y = x, y

    def __add__(self, other):
        return Vector(self.x + other.x, self.y + other.y)

    def __repr__(self):
        return f"Vector({self.x}, {self.y})"


print(sum((Vector(i, i * i) for i in range(10)), Vector(0, 0)))
for action in (lambda: 1 / 0, lambda: [][1], lambda: {}["k"], lambda: int("x"), lambda: open("/nowhere/file")):
    try:
        action()
    except Exception as error:
        print(type(error).__name__, error)
try:
    exec("def f(:\n  pass")
except SyntaxError as error:
    print("SyntaxError at", error.lineno)

print("== text and bytes")
print("naïve café".encode().hex(), "ÄÖ".lower(), "%5d|%-5s|" % (42, "ab"), "{:>8}".format("right"))
print(re.sub(r"(\d+)", lambda m: str(int(m[1]) * 2), "a1 b22 c333"), re.findall(r"(?<=x)\w", "xaxbxc"))
data = bytes(i * 7 % 256 for i in range(50000))
packed = zlib.compress(data * 3, 9)
print(hashlib.sha256(data).hexdigest()[:32], hashlib.md5(data).hexdigest(), zlib.crc32(data), len(packed))
print(zlib.decompress(packed) == data * 3, struct.pack("<Ihd", 1, -2, 0.5).hex(), struct.unpack(">H", b"\x12\x34"))
document = {"list": [1, 2.5, None, True], "nested": {"text": 'quote " and \u00e9'}}
text = json.dumps(document, sort_keys=True)
print(text, json.loads(text) == document)

print("== files and processes")
with tempfile.TemporaryDirectory() as directory:
    path = os.path.join(directory, "numbers")
    with open(path, "w") as out:
        out.writelines(f"{n * 37 % 101}\n" for n in range(2000))
    with open(path) as lines:
        print(sum(int(line) for line in lines), os.path.getsize(path))
    done = subprocess.run(["sort", "-n", path], capture_output=True, text=True, check=True)
    print(done.stdout.split()[-3:], done.returncode)
    print(sorted(os.listdir(directory)))
pipeline = subprocess.run("seq 100 | grep 7 | wc -l; exit 3", shell=True, capture_output=True, text=True)
print(pipeline.stdout.strip(), pipeline.returncode)
with subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as cat:
    print(cat.communicate(b"through cat")[0])
reader, writer = os.pipe()
if (child := os.fork()) == 0:
    os.write(writer, b"child here")
    os._exit(7)
print(os.read(reader, 100), os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
sys.exit(5)
