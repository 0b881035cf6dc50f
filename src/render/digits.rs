//! Numbers as digits at the end of a text, as the standard library writes them and several
//! times as quickly: result tables have a million of them.

use std::fmt::Write as _;

/// Eighteen digits fit 64 bits, in which division is quick.
const EIGHTEEN_DIGITS: u128 = 1_000_000_000_000_000_000;

/// A whole number.
pub fn push_whole(text: &mut String, number: i128) {
    if number < 0 {
        text.push('-');
    }
    push_unsigned(text, number.unsigned_abs());
}

fn push_unsigned(text: &mut String, number: u128) {
    match u64::try_from(number) {
        Ok(number) => push_digits(text, number, 1),
        Err(_) => {
            push_unsigned(text, number / EIGHTEEN_DIGITS);
            let rest = u64::try_from(number % EIGHTEEN_DIGITS).unwrap_or(0);
            push_digits(text, rest, 18);
        }
    }
}

/// At least so many digits, with zeros before the number's own.
fn push_digits(text: &mut String, mut number: u64, least: usize) {
    let mut digits = [b'0'; 20];
    let mut from = digits.len();
    while number > 0 {
        from -= 1;
        digits[from] = b'0' + u8::try_from(number % 10).unwrap_or(0);
        number /= 10;
    }
    from = from.min(digits.len() - least);
    text.push_str(std::str::from_utf8(&digits[from..]).unwrap_or(""));
}

/// Steps up to which a double times a power of ten is off by less than [`NEAR_HALF`].
const MOST_STEPS: f64 = 1e9;

/// How near to half a step what is lost in multiplying could matter.
const NEAR_HALF: f64 = 1e-6;

/// A number at so many decimals, rounded as its exact binary value is.
pub fn push_rounded(text: &mut String, number: f64, decimals: usize) {
    const POWERS: [u32; 9] = [
        1,
        10,
        100,
        1_000,
        10_000,
        100_000,
        1_000_000,
        10_000_000,
        100_000_000,
    ];
    let steps = POWERS
        .get(decimals)
        .map_or(f64::INFINITY, |power| number.abs() * f64::from(*power));
    if steps >= MOST_STEPS || (steps.fract() - 0.5).abs() < NEAR_HALF || !steps.is_finite() {
        write!(text, "{number:.decimals$}").expect("writing to memory");
        return;
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "below a thousand million, and not negative"
    )]
    let steps = steps.round() as u64;
    if number.is_sign_negative() {
        text.push('-');
    }
    let power = u64::from(POWERS[decimals]);
    push_digits(text, steps / power, 1);
    if decimals > 0 {
        text.push('.');
        push_digits(text, steps % power, decimals);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(number: i128) -> String {
        let mut text = String::new();
        push_whole(&mut text, number);
        text
    }

    #[test]
    fn whole_numbers_are_written_as_the_standard_library_writes_them() {
        let mut number: i128 = 1;
        for digit in 0..38 {
            for near in [number - 1, number, number + 1, number + digit] {
                assert_eq!(written(near), near.to_string());
                assert_eq!(written(-near), (-near).to_string());
            }
            number = number.saturating_mul(10);
        }
        assert_eq!(written(i128::MAX), i128::MAX.to_string());
        assert_eq!(written(i128::MIN), i128::MIN.to_string());
    }

    #[test]
    fn rounded_numbers_are_written_as_the_standard_library_writes_them() {
        let mut seed = 1_u64;
        let mut next = || {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            seed >> 11
        };
        for _ in 0..200_000 {
            #[expect(clippy::cast_precision_loss, reason = "any number will do")]
            let size = (next() as f64) / 10_f64.powi((next() % 20) as i32);
            let decimals = (next() % 10) as usize;
            // Halves and quarters fall on half a step.
            for number in [
                size,
                -size,
                (size * 4.0).round() / 4.0,
                size.round() / 1000.0,
            ] {
                let mut text = String::new();
                push_rounded(&mut text, number, decimals);
                assert_eq!(
                    text,
                    format!("{number:.decimals$}"),
                    "{number} at {decimals}"
                );
            }
        }
    }
}
