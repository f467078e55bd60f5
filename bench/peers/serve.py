"""Runs peers on one case, one run at a time, as the bench asks for them.

Usage: serve.py FAMILY FOLDER. First line out: the peers of the family. Then for each line in, the name of a peer, one line out:
milliseconds and named results, or the error. One thread.
"""

import json
import os
import sys
import warnings

# Without this some builds of OpenBLAS take a recent processor for an old one and run at a fifth of its speed.
with open("/proc/cpuinfo", encoding="utf-8") as cpuinfo:
    if "avx512f" in cpuinfo.read():
        os.environ.setdefault("OPENBLAS_CORETYPE", "SkylakeX")
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[variable] = "1"
warnings.filterwarnings("ignore")

import importlib

import numpy as np

from case import Case

# Runs shorter than this come again, and the median of three is told: the first finds the memory of another process in the caches.
SHORT_MS = 50.0
# A first run longer than this counts as it is: loading is a small part of it.
LONG_MS = 2000.0


def told(value):
    if isinstance(value, str):
        return value
    numbers = np.asarray(value, dtype=float).ravel()
    if not np.all(np.isfinite(numbers)):
        raise RuntimeError("its answer is not finite")
    return numbers.tolist()


def main():
    # What libraries print must not come between the lines of the answers.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def say(message):
        answers.write(json.dumps(message) + "\n")
        answers.flush()

    family, folder = sys.argv[1:3]
    case = Case(folder)
    makers = importlib.import_module(family).PEERS
    peers = {}
    say({"peers": list(makers)})
    for line in sys.stdin:
        name = line.strip()
        try:
            if name not in peers:
                peers[name] = makers[name](case)
                # Libraries load and compile things in their first run.
                elapsed, results = peers[name]()
                if elapsed >= LONG_MS:
                    say({"milliseconds": elapsed, "results": {key: told(value) for key, value in results.items()}})
                    continue
            elapsed, results = peers[name]()
            if elapsed < SHORT_MS:
                runs = sorted((peers[name]() for _ in range(3)), key=lambda run: run[0])
                elapsed, results = runs[1]
            say({"milliseconds": elapsed, "results": {key: told(value) for key, value in results.items()}})
        except Exception as error:
            kind = "" if isinstance(error, RuntimeError) else f"{type(error).__name__}: "
            say({"error": f"{kind}{error}".strip().split("\n")[0][:200]})


if __name__ == "__main__":
    main()
