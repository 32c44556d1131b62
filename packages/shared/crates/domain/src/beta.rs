//! The regularized incomplete beta function: how much of a Beta distribution lies below a line.

use std::f64::consts::TAU;
use std::sync::LazyLock;

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

/// ln Γ(z + 1) − (z + ½) ln z + z − ½ ln 2π: the error of Stirling's formula, for z above 0.
fn stirling_error(z: f64) -> f64 {
    /// Of ½, 1, 1½, …: the parameters of a posterior are multiples of ½.
    static SMALL: LazyLock<[f64; 2 * LARGE as usize]> =
        LazyLock::new(|| std::array::from_fn(|index| computed_stirling_error((index + 1) as f64 / 2.0)));
    let index = 2.0 * z - 1.0;
    if z < LARGE && index >= 0.0 && index.fract() == 0.0 { SMALL[index as usize] } else { computed_stirling_error(z) }
}

/// From here on the asymptotic series has all digits.
const LARGE: f64 = 15.0;

fn computed_stirling_error(z: f64) -> f64 {
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
        (0, 0, 0.8, 0.16785065605707486),
        (0, 0, 0.75, 0.11730680301423815),
        (0, 1, 0.85, 0.6732355654006602),
        (0, 1, 0.8, 0.5493044928742801),
        (0, 1, 0.75, 0.4362899496511321),
        (1, 1, 0.85, 0.19105429809656913),
        (1, 1, 0.8, 0.12546689641071873),
        (1, 1, 0.75, 0.08186423116569438),
        (14, 23, 0.85, 0.9922870554004077),
        (14, 23, 0.8, 0.9518492634361531),
        (14, 23, 0.75, 0.8418318759904125),
        (9, 23, 0.85, 0.9999967248973279),
        (9, 23, 0.8, 0.999893594566579),
        (9, 23, 0.75, 0.9986922178063883),
        (0, 69, 0.85, 1.0),
        (0, 69, 0.8, 1.0),
        (0, 69, 0.75, 1.0),
        (24, 40, 0.85, 0.9997842890106567),
        (24, 40, 0.8, 0.9945180251042465),
        (24, 40, 0.75, 0.9549721052305984),
        (34, 40, 0.85, 0.41874544228156835),
        (34, 40, 0.8, 0.14404289664823558),
        (34, 40, 0.75, 0.03428593067187569),
        (35, 40, 0.85, 0.2588450187143832),
        (35, 40, 0.8, 0.06864685863882954),
        (35, 40, 0.75, 0.012844797332783753),
        (33, 35, 0.85, 0.02937662700785308),
        (33, 35, 0.8, 0.004384238330162575),
        (33, 35, 0.75, 0.0005249629184331386),
        (120, 120, 0.85, 2.0830813896469918e-10),
        (120, 120, 0.8, 9.57030518792432e-14),
        (120, 120, 0.75, 2.7830196267330617e-17),
        (0, 120, 0.85, 1.0),
        (0, 120, 0.8, 1.0),
        (0, 120, 0.75, 1.0),
        (850, 1000, 0.85, 0.4829587727980183),
        (850, 1000, 0.8, 1.7052273429711224e-5),
        (850, 1000, 0.75, 3.825736350438085e-15),
        (849, 1000, 0.85, 0.5182074735764414),
        (849, 1000, 0.8, 2.4614919466931855e-5),
        (849, 1000, 0.75, 7.302019465802806e-15),
        (400, 500, 0.85, 0.9983549025666594),
        (400, 500, 0.8, 0.46891479550249365),
        (400, 500, 0.75, 0.003127118046207321),
        (8500, 10000, 0.85, 0.4946010230126811),
        (8500, 10000, 0.8, 1.0178502365926696e-38),
        (8500, 10000, 0.75, 5.647525631232981e-132),
        (8000, 10000, 0.85, 1.0),
        (8000, 10000, 0.8, 0.49302005111754127),
        (8000, 10000, 0.75, 1.0297540631534298e-32),
        (95, 100, 0.85, 0.0005147411839676643),
        (95, 100, 0.8, 4.149962749813834e-6),
        (95, 100, 0.75, 1.7548179833385473e-8),
        (3, 3, 0.85, 0.12456048976624272),
        (3, 3, 0.8, 0.07187959750119993),
        (3, 3, 0.75, 0.04096895595583618),
    ];
}
