"""Which restrictions cannot hold together."""

import numpy as np

import quadratic
from case import timed

FROM_LP_AND_IRREDUCIBLE = 6


def highs_peer(case):
    import highspy

    problem = case.quadratic_program()

    def run():
        solver = quadratic.highs_model(problem, {"threads": 1, "iis_strategy": FROM_LP_AND_IRREDUCIBLE})

        def conflict():
            solver.run()
            return solver.getIis()

        elapsed, (_, iis) = timed(conflict)
        if solver.getModelStatus() != highspy.HighsModelStatus.kInfeasible:
            raise RuntimeError(solver.modelStatusToString(solver.getModelStatus()))
        return elapsed, {"rows": np.array(iis.row_index_, dtype=float), "bounds": np.array(iis.col_index_, dtype=float)}

    return run


def detects(name, infeasible):
    """Detection alone: it names nothing."""

    def make(case):
        run = getattr(quadratic, name)(case)

        def detection():
            elapsed, outcome = timed(lambda: ended(run))
            if not any(word in outcome.lower() for word in infeasible):
                raise RuntimeError(outcome)
            return elapsed, {"rows": [], "bounds": []}

        return detection

    return make


def ended(run):
    try:
        run()
        return "it found a point"
    except RuntimeError as error:
        return str(error)


def cannot(case):
    raise RuntimeError("cannot express it: it says that there is no solution, not why")


PEERS = {
    "highspy": highs_peer,
    "clarabel, detection only": detects("clarabel_peer", ["infeasible"]),
    "piqp, detection only": detects("piqp_peer", ["infeasible"]),
    "PyPortfolioOpt": cannot,
    "skfolio": cannot,
    "Riskfolio-Lib": cannot,
    "cvxportfolio": cannot,
}
