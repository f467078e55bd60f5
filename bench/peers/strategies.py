"""Models of the strategies in cvxpy, written from their definitions; one request a line, one line of JSON for each.

Each strategy is a function of its figures, to be minimized: the line tells its value at the peer's own optimum and at the weights of the
request, the largest violation of the restrictions at those weights, and the peer's verdict.
"""

import json
import os
import sys
import warnings

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS"):
    os.environ[variable] = "1"
warnings.filterwarnings("ignore")

import cvxpy as cp
import numpy as np


class Market:
    def __init__(self, request):
        self.n = request["n"]
        self.mu = np.array(request["expectedReturns"])
        self.rate = request["riskFreeRate"]
        self.excess = self.mu - self.rate
        self.C = np.array(request["covariance"]).reshape(self.n, self.n)
        self.L = np.linalg.cholesky(self.C + 1e-14 * np.trace(self.C) * np.eye(self.n)).T
        self.w0 = np.array(request["current"])
        self.b = np.array(request["benchmark"])
        self.R = np.array(request["scenarios"]).reshape(-1, self.n)
        self.perYear = request["periodsPerYear"]
        self.B = np.array(request["exposures"]).reshape(self.n, -1)
        self.F = np.array(request["factorCovariance"]).reshape(self.B.shape[1], -1)
        self.D = np.array(request["specific"])
        self.lower = np.array(request["lower"])
        self.upper = np.array(request["upper"])
        self.sectors = request["sectors"]
        self.turnover = request["turnover"]
        self.p = request["parameters"]

    def restrictions(self, w, k=1.0):
        """Of k times the weights."""
        kept = [w >= k * self.lower, w <= k * self.upper, cp.sum(w) == k]
        kept += [cp.sum(w[sector["members"]]) <= k * sector["max"] for sector in self.sectors]
        if self.turnover is not None:
            kept.append(cp.norm1(w - k * self.w0) <= 2 * k * self.turnover)
        return kept

    def broken(self, w):
        worst = max(np.max(self.lower - w), np.max(w - self.upper), abs(np.sum(w) - 1), 0.0)
        for sector in self.sectors:
            worst = max(worst, np.sum(w[sector["members"]]) - sector["max"])
        if self.turnover is not None:
            worst = max(worst, np.sum(np.abs(w - self.w0)) / 2 - self.turnover)
        return float(worst)

    def volatility(self, w):
        return float(np.sqrt(w @ self.C @ w))

    def results(self, w, relative=False):
        return self.R @ (w - self.b if relative else w)


def cvar(losses, level):
    """Mean of the worst (1 - level) share, the one at the boundary in part."""
    ordered = np.sort(losses)[::-1]
    if level >= 1:
        return float(ordered[0])
    share = np.full(len(ordered), 1 / len(ordered))
    before = np.concatenate([[0], np.cumsum(share)[:-1]])
    taken = np.clip(1 - level - before, 0, share)
    return float(taken @ ordered / (1 - level))


def cvar_model(losses, level):
    if level >= 1:
        return cp.max(losses)
    threshold = cp.Variable()
    return threshold + cp.sum(cp.pos(losses - threshold)) / (losses.shape[0] * (1 - level))


def drawdowns(results):
    total = np.cumsum(results)
    return np.maximum.accumulate(np.maximum(total, 0)) - total


def of_drawdowns(values, p):
    measure = p["measure"]
    return float(np.mean(values) if measure == "average" else np.max(values) if measure == "maximum" else cvar(values, p["level"]))


def drawdown_model(results, p):
    count = results.shape[0]
    total, peak = cp.cumsum(results), cp.Variable(count)
    kept = [peak >= total, peak >= 0, peak[1:] >= peak[:-1]]
    falls = peak - total
    measure = p["measure"]
    return (cp.sum(falls) / count if measure == "average" else cp.max(falls) if measure == "maximum" else cvar_model(falls, p["level"])), kept


def least(model):
    """A strategy that is one convex problem: `model` gives objective, restrictions and the figure of weights."""

    def solved(m):
        w = cp.Variable(m.n)
        objective, kept, figure = model(m, w)
        problem = cp.Problem(cp.Minimize(objective), m.restrictions(w) + kept)
        return problem, (lambda: w.value), figure

    return solved


def variance(m, w, centre=None):
    return cp.sum_squares(m.L @ (w if centre is None else w - centre))


def ratio(m, numerator, centre):
    """Greatest numerator'(w - centre) / sqrt((w - centre)' C (w - centre)), by y = k w."""
    y, k = cp.Variable(m.n), cp.Variable(nonneg=True)
    away = y - k * centre
    kept = m.restrictions(y, k) + [numerator @ away == 1]
    problem = cp.Problem(cp.Minimize(cp.sum_squares(m.L @ away)), kept)
    figure = lambda w: -float(numerator @ (w - centre)) / m.volatility(w - centre)
    return problem, (lambda: y.value / k.value), figure


def expected(m, w):
    return m.rate + m.excess @ w


def floor(m, w):
    return [] if m.p.get("returnMin") is None else [expected(m, w) >= m.p["returnMin"]]


def risk_parity(m):
    y = cp.Variable(m.n)
    problem = cp.Problem(cp.Minimize(cp.sum_squares(m.L @ y) / 2 - cp.sum(cp.log(y)) / m.n))
    return problem, (lambda: y.value / np.sum(y.value)), lambda w: float(np.log(w @ m.C @ w) / 2 - np.sum(np.log(w)) / m.n)


def robust(m, w):
    p = m.p
    if p["uncertainty"] == "box":
        widths = np.zeros(m.n)
        for name, width in p["halfWidths"].items():
            widths[int(name[1:])] = width
        penalty, paid = widths @ cp.abs(w), lambda v: widths @ np.abs(v)
    else:
        from scipy.stats import chi2

        kappa = np.sqrt(chi2.ppf(p["confidence"], m.n))
        root = m.L / np.sqrt(p["years"]) if p["errors"] == "correlated" else np.diag(np.sqrt(np.diag(m.C) / p["years"]))
        penalty, paid = kappa * cp.norm(root @ w), lambda v: kappa * np.linalg.norm(root @ v)
    half = p["riskAversion"] / 2
    return -expected(m, w) + penalty + half * variance(m, w), [], lambda v: -expected(m, v) + paid(v) + half * v @ m.C @ v


def worst_covariance(m, w):
    s = np.sqrt(np.diag(m.C))
    sets = [m.C]
    for stress in m.p["stresses"]:
        f, blend = stress.get("volatilityFactor", 1), stress.get("correlationBlend", 0)
        sets.append(f * f * ((1 - blend) * m.C + blend * np.outer(s, s)))
    roots = [np.linalg.cholesky(S + 1e-14 * np.trace(S) * np.eye(m.n)).T for S in sets]
    return cp.max(cp.hstack([cp.norm(r @ w) for r in roots])), [], lambda v: max(float(np.sqrt(v @ S @ v)) for S in sets)


def factor_specific(m, w):
    a, b = m.p["factorRiskAversion"] / 2, m.p["specificRiskAversion"] / 2
    centre = m.b if m.p["risk"] == "active" else np.zeros(m.n)
    Q = a * m.B @ m.F @ m.B.T + b * np.diag(m.D)
    return -expected(m, w) + cp.quad_form(w - centre, cp.psd_wrap(Q)), [], lambda v: float(-expected(m, v) + (v - centre) @ Q @ (v - centre))


def factor_target(m, w):
    centre = m.b if m.p.get("relativeTo") == "benchmark" else np.zeros(m.n)
    reference = m.b if m.p["risk"] == "active" else np.zeros(m.n)
    objective, kept, weights = variance(m, w, reference) / 2, [], []
    for name, aim in m.p["targets"].items():
        x = m.B[:, int(name[1:])] @ (w - centre)
        low, high = aim.get("target", aim.get("min", -1e9)), aim.get("target", aim.get("max", 1e9))
        if m.p["approach"] == "exact":
            kept += [x >= low, x <= high]
        else:
            objective += aim.get("weight", 1) * (cp.pos(low - x) + cp.pos(x - high))
        weights.append((m.B[:, int(name[1:])], low, high, aim.get("weight", 1)))

    def figure(v):
        value = (v - reference) @ m.C @ (v - reference) / 2
        if m.p["approach"] == "nearest":
            value += sum(g * max(low - c @ (v - centre), c @ (v - centre) - high, 0) for c, low, high, g in weights)
        return float(value)

    return objective, kept, figure


def factor_neutral(m, w):
    columns = [m.B[:, int(name[1:])] for name in m.p["factors"]]
    kept = [column @ (w - m.b) == 0 for column in columns]
    return variance(m, w, m.b), kept, lambda v: float((v - m.b) @ m.C @ (v - m.b))


def horizon(m):
    p, T, P = m.p, m.p["periods"], m.p["periodsPerYear"]
    W = [cp.Variable(m.n) for _ in range(T)]
    total, before, kept = 0, m.w0, []
    for t in range(T):
        fade = 1 if p.get("returnHalfLife") is None else 2 ** (-t / p["returnHalfLife"])
        total += -fade * m.excess @ W[t] / P + p["riskAversion"] / 2 * variance(m, W[t]) / P
        total += p["tradingCostRate"] * cp.norm1(W[t] - before)
        kept += m.restrictions(W[t])
        if m.turnover is not None:
            kept[-1] = cp.norm1(W[t] - before) <= 2 * m.turnover
        before = W[t]

    def figure(first):
        held = cp.Problem(cp.Minimize(total), kept + [W[0] == first])
        # As exact as the plan itself: at the default tolerance figures near zero are off by 2e-6 of themselves.
        held.solve(solver=cp.CLARABEL, tol_gap_abs=1e-11, tol_gap_rel=1e-11, tol_feas=1e-11)
        return float(held.value)

    return cp.Problem(cp.Minimize(total), kept), (lambda: W[0].value), figure


def kelly(m, w):
    rate = m.rate / m.perYear
    growth = lambda v: (1 + rate) + (m.R - rate) @ v
    return -cp.sum(cp.log(growth(w))) / len(m.R), [], lambda v: -float(np.mean(np.log(growth(v))))


def semi(m, w):
    threshold = m.p.get("threshold", 0)
    results = m.R @ w
    short = cp.pos((cp.sum(results) / len(m.R) if threshold == "mean" else threshold) - results)

    def figure(v):
        r = m.R @ v
        return float(np.mean(np.maximum((np.mean(r) if threshold == "mean" else threshold) - r, 0) ** 2))

    return cp.sum_squares(short) / len(m.R), floor(m, w), figure


def semi_utility(m, w):
    semi_objective, _, semi_figure = semi(m, w)
    scale = m.p["riskAversion"] / 2 * m.perYear
    return -expected(m, w) + scale * semi_objective, [], lambda v: -float(expected(m, v)) + scale * semi_figure(v)


def tail_utility(m, w):
    a, level = m.p["riskAversion"], m.p["level"]
    return -expected(m, w) + a * cvar_model(-m.R @ w, level), [], lambda v: float(-expected(m, v) + a * cvar(-m.R @ v, level))


def drawdown(m, w):
    objective, kept = drawdown_model(m.R @ w, m.p)
    return objective, kept + floor(m, w), lambda v: of_drawdowns(drawdowns(m.R @ v), m.p)


def return_at_drawdown(m, w):
    measure, kept = drawdown_model(m.R @ w, m.p)
    return -expected(m, w), kept + [measure <= m.p["drawdownMax"]], lambda v: -float(expected(m, v))


def mad(m, w):
    centred = m.R - m.R.mean(axis=0)
    return cp.norm1(centred @ w) / len(m.R), floor(m, w), lambda v: float(np.mean(np.abs(centred @ v)))


def cvar_of(m, w):
    relative = m.p.get("relativeToBenchmark", False)
    losses = -m.R @ (w - m.b if relative else w)
    return cvar_model(losses, m.p["level"]), floor(m, w), lambda v: cvar(-m.results(v, relative), m.p["level"])


STRATEGIES = {
    "minimum-variance": least(lambda m, w: (variance(m, w), [], lambda v: float(v @ m.C @ v))),
    "quadratic-utility": least(
        lambda m, w: (
            -expected(m, w) + m.p["riskAversion"] / 2 * variance(m, w),
            [],
            lambda v: float(-expected(m, v) + m.p["riskAversion"] / 2 * v @ m.C @ v),
        )
    ),
    "maximum-return": least(
        lambda m, w: (-expected(m, w), [cp.norm(m.L @ w) <= m.p["volatilityMax"]], lambda v: -float(expected(m, v)))
    ),
    "minimum-risk-at-return": least(lambda m, w: (variance(m, w), floor(m, w), lambda v: float(v @ m.C @ v))),
    "minimum-tracking-error": least(lambda m, w: (variance(m, w, m.b), [], lambda v: float((v - m.b) @ m.C @ (v - m.b)))),
    "minimum-turnover": least(lambda m, w: (cp.norm1(w - m.w0) / 2, floor(m, w), lambda v: float(np.sum(np.abs(v - m.w0)) / 2))),
    "maximum-sharpe": lambda m: ratio(m, m.excess, np.zeros(m.n)),
    "maximum-information-ratio": lambda m: ratio(m, m.excess, m.b),
    "maximum-diversification": lambda m: ratio(m, np.sqrt(np.diag(m.C)), np.zeros(m.n)),
    "risk-parity": risk_parity,
    "factor-specific-utility": least(factor_specific),
    "factor-target": least(factor_target),
    "factor-neutral": least(factor_neutral),
    "minimum-cvar": least(cvar_of),
    "maximum-return-at-cvar": least(
        lambda m, w: (-expected(m, w), [cvar_model(-m.R @ w, m.p["level"]) <= m.p["cvarMax"]], lambda v: -float(expected(m, v)))
    ),
    "minimum-drawdown": least(drawdown),
    "maximum-return-at-drawdown": least(return_at_drawdown),
    "minimum-mad": least(mad),
    "minimax": least(lambda m, w: (cp.max(-m.R @ w), floor(m, w), lambda v: float(np.max(-m.R @ v)))),
    "minimum-semi-deviation": least(semi),
    "semi-variance-utility": least(semi_utility),
    "tail-risk-utility": least(tail_utility),
    "kelly": least(kelly),
    "robust-mean-variance": least(robust),
    "worst-case-covariance": least(worst_covariance),
    "receding-horizon": horizon,
}
VERDICTS = {"optimal": "optimal", "optimal_inaccurate": "optimal", "infeasible": "infeasible", "infeasible_inaccurate": "infeasible"}


def answer(request):
    market = Market(request)
    problem, weights, figure = STRATEGIES[request["strategy"]](market)
    try:
        problem.solve(solver=cp.CLARABEL, tol_gap_abs=1e-10, tol_gap_rel=1e-10, tol_feas=1e-10)
    except cp.SolverError as error:
        return {"verdict": f"error: {error}"[:200]}
    told = {"verdict": VERDICTS.get(problem.status, problem.status)}
    if told["verdict"] == "optimal":
        value = np.array(weights(), dtype=float)
        told["value"] = figure(value)
        told["broken"] = market.broken(value)
    if request["weights"] is not None:
        ours = np.array(request["weights"])
        told["ours"] = figure(ours)
        told["oursBroken"] = market.broken(ours)
    return told


def main():
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    for line in sys.stdin:
        try:
            told = answer(json.loads(line))
        except Exception as error:
            told = {"verdict": f"error: {type(error).__name__}: {error}"[:300]}
        answers.write(json.dumps(told) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
