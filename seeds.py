import sys, collections, numpy as np
from pathlib import Path

sys.path.insert(0, "/work/main")
sys.path.insert(0, "/work/main/tools")
sys.argv = ["x"]
import fuzz
import tests.fuzzing as T

seen = {}


def spy(im):
    global out
    try:
        T.preprocess_digit(im)
        out = ("ok", im.dtype.name, im.ndim, im.shape[2] if im.ndim == 3 else 0)
    except Exception as e:
        out = (str(e)[:40],)


fuzz.prepares_or_refuses = spy
r = np.random.default_rng(1)
for _ in range(20000):
    b = r.bytes(int(r.integers(20, 300)))
    fuzz.prepare(b)
    if out not in seen or len(b) < len(seen[out]):
        seen[out] = b
for k, b in seen.items():
    name = (
        "-".join(str(x) for x in k)
        if k[0] == "ok"
        else "refused-" + "-".join(k[0].lower().replace(",", "").replace("[", "").split()[:4])
    )
    (Path("/work/main/tests/corpus/drawing") / name).write_bytes(b)
    print(name, len(b))
