"""Many quadratic programs, one after the other, by each general solver: which were solved, their points, and the time of all."""

import numpy as np

import quadratic


class Member:
    """One program of the batch, under the names that a case of its own would have."""

    def __init__(self, case, index):
        self.case, self.prefix = case, f"{index}."
        self.settings = case.settings

    def __getitem__(self, name):
        return self.case[self.prefix + name]

    def quadratic_program(self):
        return type(self.case).quadratic_program(self)

    def sparse(self, name, shape):
        return self.case.sparse(self.prefix + name, shape)


def all_of(make):
    def of(case):
        def run():
            total, solved, points = 0.0, [], []
            for index in range(case.settings["count"]):
                member = Member(case, index)
                try:
                    elapsed, results = make(member)()
                    total += elapsed
                    solved.append(1)
                    points.append(np.asarray(results["x"])[: case.settings["assets"]])
                except RuntimeError:
                    solved.append(0)
                    points.append(np.zeros(case.settings["assets"]))
            return max(total, 1e9 if not any(solved) else 0.0), {"solved": solved, "points": np.concatenate(points)}

        return run

    return of


PEERS = {name: all_of(quadratic.PEERS[name]) for name in ("piqp", "clarabel", "osqp", "scs")}
