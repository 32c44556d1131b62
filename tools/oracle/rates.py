"""Rates in percent, how sure they are, and the risk that follows from them."""

import math

Z = 1.959963984540054
# (name, number of good ones, number of all, at risk below, underperforming below).
LINES = (
    ("reliability", "arrivedOrders", "completedOrders", 0.85, 0.80),
    ("onTime", "onTimeDeliveries", "dueOrders", 0.85, 0.75),
)
LEVELS = ["low", "medium", "high"]
# The prior: a vendor without orders counts as one with 90 % of five.
PRIOR_GOOD, PRIOR_BAD = 4.5, 0.5


def percent(part, whole):
    return 100.0 * part / whole if whole else None


def wilson(successes, n):
    """The 95 % score interval, in percent, solved from (p - successes/n)² = z² p (1 - p) / n."""
    if not n:
        return None
    a = n + Z * Z
    b = 2 * successes + Z * Z
    root = math.sqrt(b * b - 4 * a * successes * successes / n)
    return {"lower": max(0.0, 100 * (b - root) / (2 * a)), "upper": min(100.0, 100 * (b + root) / (2 * a))}


def beta_below(x, a, b):
    """The mass of Beta(a, b) below x: the regularized incomplete beta function I_x(a, b).

    The continued fraction 1 / (1 + d₁ / (1 + d₂ / (1 + …))) of DLMF 8.17.22, by the modified Lentz method.
    """
    if x <= 0 or x >= 1:
        return 0.0 if x <= 0 else 1.0
    if x > (a + 1) / (a + b + 2):
        # The fraction converges fast only below the mean.
        return 1 - beta_below(1 - x, b, a)
    fraction = c = 1.0
    d = 0.0
    for i in range(1, 10_000):
        m = i // 2
        if i % 2:
            numerator = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        else:
            numerator = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d = 1 / ((1 + numerator * d) or 1e-300)
        c = (1 + numerator / c) or 1e-300
        fraction *= c * d
        if abs(c * d - 1) < 1e-15:
            log_beta = math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)
            return math.exp(a * math.log(x) + b * math.log1p(-x) - log_beta) / a / fraction
    raise ArithmeticError(f"no convergence for x = {x}, a = {a}, b = {b}")


def rate_risk(good, n, at_risk, underperforming):
    """(level, probability that the rate is below the line `at_risk`) of `good` out of `n`."""
    if n == 0:
        return "insufficient", None
    posterior = good + PRIOR_GOOD, n - good + PRIOR_BAD
    p1, p2 = beta_below(at_risk, *posterior), beta_below(underperforming, *posterior)
    if n < 40 and 0.1 < p1 < 0.9:
        return "insufficient", p1
    return "high" if p2 >= 0.5 else "medium" if p1 >= 0.5 else "low", p1


def risk(window):
    """The level, the rates that are the reason, and the probability, of the numbers of one window."""
    judged = {}
    for name, good, n, *lines in LINES:
        level, probability = rate_risk(window[good], window[n], *lines)
        if level != "insufficient":
            judged[name] = level, probability
    reasons = [name for name, (level, _) in judged.items() if level != "low"]
    return {
        "riskLevel": max((level for level, _ in judged.values()), key=LEVELS.index, default="insufficient"),
        "riskReason": "both" if len(reasons) == 2 else reasons[0] if reasons else None,
        "riskProbability": max((probability for _, probability in judged.values()), default=None),
    }
