//! Numbers as digits at the end of a text, as the standard library writes them and several
//! times as quickly: result tables have a million of them.

use std::io::Write as _;

/// Eighteen digits fit 64 bits, in which division is quick.
const EIGHTEEN_DIGITS: u128 = 1_000_000_000_000_000_000;

/// Two digits at a time take half the divisions.
const PAIRS: [u8; 200] = pairs();

const fn pairs() -> [u8; 200] {
    let mut pairs = [b'0'; 200];
    let mut number = 0_u8;
    while number < 100 {
        pairs[2 * number as usize] += number / 10;
        pairs[2 * number as usize + 1] += number % 10;
        number += 1;
    }
    pairs
}

/// A whole number.
pub fn push_whole(text: &mut Vec<u8>, number: i128) {
    if number < 0 {
        text.push(b'-');
    }
    push_unsigned(text, number.unsigned_abs());
}

fn push_unsigned(text: &mut Vec<u8>, number: u128) {
    match u64::try_from(number) {
        Ok(number) => push_digits(text, number, 1),
        Err(_) => {
            push_unsigned(text, number / EIGHTEEN_DIGITS);
            let rest = u64::try_from(number % EIGHTEEN_DIGITS).unwrap_or(0);
            push_digits(text, rest, 18);
        }
    }
}

/// Digits of the largest number of 64 bits.
const MOST_DIGITS: usize = 20;

/// At least so many digits, with zeros before the number's own.
#[expect(clippy::cast_possible_truncation, reason = "remainders of a hundred")]
fn push_digits(text: &mut Vec<u8>, mut number: u64, least: usize) {
    // What stands behind the digits is copied with them and taken off again: so many bytes
    // each time are copied without a call.
    let mut digits = [b'0'; 2 * MOST_DIGITS];
    let mut from = MOST_DIGITS;
    while number >= 10 {
        let pair = 2 * (number % 100) as usize;
        number /= 100;
        from -= 2;
        digits[from..from + 2].copy_from_slice(&PAIRS[pair..pair + 2]);
    }
    if number > 0 {
        from -= 1;
        digits[from] = b'0' + number as u8;
    }
    // The first digit of the last pair can be a zero.
    from += usize::from(from < MOST_DIGITS && digits[from] == b'0');
    from = from.min(MOST_DIGITS - least);
    let ends = text.len() + MOST_DIGITS - from;
    let copied: &[u8; MOST_DIGITS] = digits[from..from + MOST_DIGITS]
        .try_into()
        .expect("as many as there are");
    text.extend_from_slice(copied);
    text.truncate(ends);
}

/// A number at as many digits as tell it from every other, without an exponent.
pub fn push_shortest(text: &mut Vec<u8>, number: f64) {
    let mut buffer = zmij::Buffer::new();
    let digits = buffer.format(number);
    match digits.strip_suffix(".0") {
        Some(whole) => text.extend_from_slice(whole.as_bytes()),
        None => match digits.split_once('e') {
            None => text.extend_from_slice(digits.as_bytes()),
            Some((digits, power)) => match power.parse::<i32>() {
                Ok(power @ ..0) => push_small(text, digits, power.unsigned_abs() as usize),
                _ => write!(text, "{number}").expect("writing to memory"),
            },
        },
    }
}

/// Digits such as 1.25 with the point so many places further to the left: at least one.
fn push_small(text: &mut Vec<u8>, digits: &str, places: usize) {
    let unsigned = digits.strip_prefix('-');
    if unsigned.is_some() {
        text.push(b'-');
    }
    text.extend_from_slice(b"0.");
    text.resize(text.len() + places - 1, b'0');
    let digits = unsigned.unwrap_or(digits).bytes();
    text.extend(digits.filter(|digit| *digit != b'.'));
}

/// Steps up to which a double times a power of ten is off by less than [`NEAR_HALF`].
const MOST_STEPS: f64 = 1e9;

/// How near to half a step what is lost in multiplying could matter.
const NEAR_HALF: f64 = 1e-6;

/// A number at so many decimals, rounded as its exact binary value is.
pub fn push_rounded(text: &mut Vec<u8>, number: f64, decimals: usize) {
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
        text.push(b'-');
    }
    let power = u64::from(POWERS[decimals]);
    push_digits(text, steps / power, 1);
    if decimals > 0 {
        text.push(b'.');
        push_digits(text, steps % power, decimals);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(number: i128) -> String {
        let mut text = Vec::new();
        push_whole(&mut text, number);
        String::from_utf8(text).expect("digits")
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
                let mut text = Vec::new();
                push_rounded(&mut text, number, decimals);
                assert_eq!(
                    String::from_utf8(text).expect("digits"),
                    format!("{number:.decimals$}"),
                    "{number} at {decimals}"
                );
            }
        }
    }
    #[test]
    fn shortest_numbers_are_written_as_the_standard_library_writes_them() {
        let mut seed = 7_u64;
        let mut next = || {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            seed
        };
        for _ in 0..200_000 {
            // Any bits, and numbers of the sizes that tables hold.
            #[expect(clippy::cast_precision_loss, reason = "any number will do")]
            let size = ((next() >> 11) as f64) / 10_f64.powi((next() >> 32) as i32 % 40);
            let of_bits = f64::from_bits(next());
            let of_bits = if of_bits.is_finite() { of_bits } else { 0.5 };
            for number in [of_bits, size, -size, size.round(), size as f32 as f64] {
                let mut text = Vec::new();
                push_shortest(&mut text, number);
                let text = String::from_utf8(text).expect("digits");
                let standard = number.to_string();
                // Of two that are equally near the standard library takes the greater.
                assert_eq!(text.len(), standard.len(), "{text} for {standard}");
                assert_eq!(text.parse::<f64>().map(f64::to_bits), Ok(number.to_bits()));
            }
        }
    }
}
