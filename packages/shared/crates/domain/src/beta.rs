//! The regularized incomplete beta function: how much of a Beta distribution lies below a line.

use std::f64::consts::TAU;

/// The mass of Beta(a, b) below `x`, for a and b above 0 and x between 0 and 1. Its error is below 1e-12.
///
/// The continued fraction of DLMF 8.17.22 is evaluated by Lentz's method (W. J. Lentz, Applied Optics 15 (1976): 668–671), for the
/// side on which it converges fast.
pub(crate) fn mass_below(x: f64, a: f64, b: f64) -> f64 {
    if x < (a + 1.0) / (a + b + 2.0) {
        density_factor(x, a, b) * fraction(x, a, b) / a
    } else {
        1.0 - density_factor(1.0 - x, b, a) * fraction(1.0 - x, b, a) / b
    }
}

/// The continued fraction, without its factor.
fn fraction(x: f64, a: f64, b: f64) -> f64 {
    const TINY: f64 = 1e-300;
    const MOST_STEPS: u32 = 10_000;
    let away_from_zero = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut c = 1.0;
    let mut d = 1.0 / away_from_zero(1.0 - (a + b) * x / (a + 1.0));
    let mut result = d;
    for step in 1..MOST_STEPS {
        let m = f64::from(step);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let mut change = 1.0;
        for coefficient in [even, odd] {
            d = 1.0 / away_from_zero(1.0 + coefficient * d);
            c = away_from_zero(1.0 + coefficient / c);
            change = c * d;
            result *= change;
        }
        if (change - 1.0_f64).abs() < 1e-16 {
            break;
        }
    }
    result
}

/// x^a (1 − x)^b ÷ B(a, b), without the loss of digits of large logarithms that cancel.
///
/// C. Loader, "Fast and Accurate Computation of Binomial Probabilities" (2000): the saddle-point expansion.
fn density_factor(x: f64, a: f64, b: f64) -> f64 {
    let n = a + b;
    let exponent =
        stirling_error(n) - stirling_error(a) - stirling_error(b) - deviance(a, n * x) - deviance(b, n * (1.0 - x));
    a * b / n * exponent.exp() * (n / (TAU * a * b)).sqrt()
}

/// ln Γ(z + 1) − (z + ½) ln z + z − ½ ln 2π: the error of Stirling's formula.
fn stirling_error(z: f64) -> f64 {
    const LARGE: f64 = 15.0;
    let (mut z, mut error) = (z, 0.0);
    while z < LARGE {
        error += (z + 0.5) * (1.0 / z).ln_1p() - 1.0;
        z += 1.0;
    }
    let square = z * z;
    let series =
        1.0 / 12.0 - (1.0 / 360.0 - (1.0 / 1260.0 - (1.0 / 1680.0 - 1.0 / 1188.0 / square) / square) / square) / square;
    error + series / z
}

/// x ln(x ÷ m) + m − x, also where x is near m.
fn deviance(x: f64, m: f64) -> f64 {
    let difference = x - m;
    if difference.abs() >= 0.1 * (x + m) {
        return x * (x / m).ln() + m - x;
    }
    let v = difference / (x + m);
    let (mut sum, mut term) = (difference * v, 2.0 * x * v);
    for step in 1..1_000 {
        term *= v * v;
        let next = sum + term / f64::from(2 * step + 1);
        if next == sum {
            break;
        }
        sum = next;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mass_is_that_of_a_computation_with_fifty_digits() {
        // mpmath 1.3.0: betainc(k + 9/2, n - k + 1/2, 0, x, regularized=True) with mp.dps = 50; k of n, x, mass.
        for (k, n, x, mass) in VALUES {
            let found = mass_below(x, f64::from(k) + 4.5, f64::from(n - k) + 0.5);
            assert!((found - mass).abs() < 1e-12, "{k} of {n} below {x}: {found}, expected {mass}");
        }
    }

    #[rustfmt::skip]
    const VALUES: [(u32, u32, f64, f64); 57] = [
        (0, 0, 0.85, 0.23927242482697822),
        (0, 0, 0.8, 0.16785065605707487),
        (0, 0, 0.75, 0.11730680301423816),
        (0, 1, 0.85, 0.67323556540066017),
        (0, 1, 0.8, 0.54930449287428005),
        (0, 1, 0.75, 0.43628994965113213),
        (1, 1, 0.85, 0.19105429809656912),
        (1, 1, 0.8, 0.12546689641071874),
        (1, 1, 0.75, 0.081864231165694386),
        (14, 23, 0.85, 0.99228705540040771),
        (14, 23, 0.8, 0.95184926343615311),
        (14, 23, 0.75, 0.84183187599041252),
        (9, 23, 0.85, 0.99999672489732795),
        (9, 23, 0.8, 0.99989359456657904),
        (9, 23, 0.75, 0.99869221780638828),
        (0, 69, 0.85, 1.0),
        (0, 69, 0.8, 1.0),
        (0, 69, 0.75, 1.0),
        (24, 40, 0.85, 0.99978428901065674),
        (24, 40, 0.8, 0.99451802510424651),
        (24, 40, 0.75, 0.95497210523059844),
        (34, 40, 0.85, 0.41874544228156835),
        (34, 40, 0.8, 0.14404289664823558),
        (34, 40, 0.75, 0.03428593067187569),
        (35, 40, 0.85, 0.25884501871438321),
        (35, 40, 0.8, 0.068646858638829531),
        (35, 40, 0.75, 0.012844797332783753),
        (33, 35, 0.85, 0.029376627007853082),
        (33, 35, 0.8, 0.0043842383301625751),
        (33, 35, 0.75, 0.00052496291843313854),
        (120, 120, 0.85, 2.0830813896469919e-10),
        (120, 120, 0.8, 9.5703051879243198e-14),
        (120, 120, 0.75, 2.7830196267330615e-17),
        (0, 120, 0.85, 1.0),
        (0, 120, 0.8, 1.0),
        (0, 120, 0.75, 1.0),
        (850, 1000, 0.85, 0.48295877279801829),
        (850, 1000, 0.8, 1.7052273429711225e-5),
        (850, 1000, 0.75, 3.8257363504380848e-15),
        (849, 1000, 0.85, 0.51820747357644133),
        (849, 1000, 0.8, 2.4614919466931853e-5),
        (849, 1000, 0.75, 7.3020194658028056e-15),
        (400, 500, 0.85, 0.99835490256665941),
        (400, 500, 0.8, 0.46891479550249368),
        (400, 500, 0.75, 0.0031271180462073207),
        (8500, 10000, 0.85, 0.49460102301268111),
        (8500, 10000, 0.8, 1.0178502365926696e-38),
        (8500, 10000, 0.75, 5.647525631232981e-132),
        (8000, 10000, 0.85, 1.0),
        (8000, 10000, 0.8, 0.49302005111754128),
        (8000, 10000, 0.75, 1.0297540631534298e-32),
        (95, 100, 0.85, 0.00051474118396766437),
        (95, 100, 0.8, 4.1499627498138342e-6),
        (95, 100, 0.75, 1.7548179833385474e-8),
        (3, 3, 0.85, 0.12456048976624272),
        (3, 3, 0.8, 0.071879597501199937),
        (3, 3, 0.75, 0.040968955955836184),
    ];
}
