//! Round ticks for an axis, and numbers as the charts write them: £1,234, £1.2bn, −£35m, +5 %.

use std::ops::Range;

/// Stands where there is no number.
pub const NO_NUMBER: &str = "–";

/// The true minus sign, as wide as a plus.
const MINUS: char = '−';

/// Round values within `range`, in steps of 1, 2 or 5 times a power of ten, about `about` of them.
///
/// Nought is always exactly nought. A range without length gives its one value.
pub fn ticks(range: &Range<f64>, about: usize) -> Vec<f64> {
    let step = round_step((range.end - range.start).abs(), about);
    steps_in(range, step)
}

/// The multiples of a step within `range`; without a step, where the range starts.
fn steps_in(range: &Range<f64>, step: Option<f64>) -> Vec<f64> {
    let (low, high) = (range.start.min(range.end), range.start.max(range.end));
    let Some(step) = step else {
        return vec![low];
    };
    // A hair of slack, since 0.1 + 0.2 is not 0.3.
    let first = (low / step - 1e-9).ceil();
    let last = (high / step + 1e-9).floor();
    let count = (last - first).clamp(-1.0, 1000.0) as i64;
    (0..=count)
        .map(|index| (first + index as f64) * step + 0.0)
        .collect()
}

/// As many round values within `range` as have room for their words on `length` px.
///
/// `width` gives the px that a value's words need. There is always at least one value if any step falls in the range.
pub fn ticks_that_fit(
    range: &Range<f64>,
    length: f64,
    width: impl Fn(f64, usize) -> f64,
) -> Vec<f64> {
    shared_ticks(std::slice::from_ref(range), length, width)
        .pop()
        .unwrap_or_default()
}

/// As [`ticks_that_fit`], for ranges of one scale, each drawn on `length` px: all in the same steps.
pub fn shared_ticks(
    ranges: &[Range<f64>],
    length: f64,
    width: impl Fn(f64, usize) -> f64,
) -> Vec<Vec<f64>> {
    const BETWEEN: f64 = 12.0;
    let span = |range: &Range<f64>| (range.end - range.start).abs();
    let longest = ranges.iter().map(span).fold(0.0, f64::max);
    let px = length / longest;
    let fits = |values: &[f64]| {
        let decimals = decimals_for(values);
        values.windows(2).all(|pair| {
            let needed = (width(pair[0], decimals) + width(pair[1], decimals)) / 2.0;
            (pair[1] - pair[0]) * px >= needed + BETWEEN
        })
    };
    let all_fit = |ticks: &Vec<Vec<f64>>| {
        ticks.iter().any(|values| !values.is_empty()) && ticks.iter().all(|values| fits(values))
    };
    let fewest = |ticks: &[Vec<f64>]| ticks.iter().map(Vec::len).min().unwrap_or(0);
    let in_steps = |step: Option<f64>| -> Vec<Vec<f64>> {
        ranges.iter().map(|range| steps_in(range, step)).collect()
    };
    let best = (1..=8)
        .rev()
        .map(|about| in_steps(round_step(longest, about)))
        .find(all_fit)
        .unwrap_or_else(|| vec![Vec::new(); ranges.len()]);
    if fewest(&best) > 1 {
        return best;
    }
    // Where 20 are too near and 50 are out of range, 25 may do.
    let quarters = quarter_step(longest).map(|step| in_steps(Some(step)));
    match quarters {
        Some(quarters) if fewest(&quarters) > 1 && all_fit(&quarters) => quarters,
        _ => best,
    }
}

/// The greatest of 25, 250, 2,500 … that is no longer than a span; none if even 25 is longer.
fn quarter_step(span: f64) -> Option<f64> {
    let power = 10f64.powf((span / 25.0).log10().floor());
    (power.is_normal() && power >= 1.0).then_some(25.0 * power)
}

/// A range that starts and ends on round values and holds every one of `values`; 0 to 1 if there are none.
pub fn round_range(values: impl IntoIterator<Item = f64>, about: usize) -> Range<f64> {
    let (low, high) = values
        .into_iter()
        .filter(|value| value.is_finite())
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
            (low.min(value), high.max(value))
        });
    if low > high {
        return 0.0..1.0;
    }
    let Some(step) = round_step(high - low, about) else {
        return around(low);
    };
    let rounded = (low / step + 1e-9).floor() * step..(high / step - 1e-9).ceil() * step;
    if rounded.end > rounded.start {
        rounded
    } else {
        around(low)
    }
}

/// A range about one value.
fn around(value: f64) -> Range<f64> {
    let reach = if value == 0.0 { 1.0 } else { value.abs() / 2.0 };
    value - reach..value + reach
}

/// The 1-2-5 step that cuts `span` into at most about `about` parts; none if there is nothing to cut.
fn round_step(span: f64, about: usize) -> Option<f64> {
    let rough = span / about.max(1) as f64;
    if !rough.is_normal() || rough < 0.0 {
        return None;
    }
    let power = 10f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0]
        .into_iter()
        .map(|part| part * power)
        .find(|step| *step >= rough * (1.0 - 1e-9))
        .unwrap_or(10.0 * power);
    step.is_normal().then_some(step)
}

/// `1234567.8` as `1,234,568`, without a sign.
fn digits(value: f64, decimals: usize) -> String {
    let plain = format!("{:.decimals$}", value.abs());
    let (whole, rest) = plain.split_at(plain.find('.').unwrap_or(plain.len()));
    let mut grouped = String::with_capacity(plain.len() + whole.len() / 3);
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped + rest
}

/// A minus for less than nought; nothing if the rounded number shows only noughts.
fn minus(value: f64, shown: &str) -> String {
    if value < 0.0 && shown.contains(|digit: char| ('1'..='9').contains(&digit)) {
        MINUS.to_string()
    } else {
        String::new()
    }
}

/// A plus or a minus; nothing if the rounded number shows only noughts.
fn sign(value: f64, shown: &str) -> String {
    if value > 0.0 && shown.contains(|digit: char| ('1'..='9').contains(&digit)) {
        "+".into()
    } else {
        minus(value, shown)
    }
}

/// A count: `1,234`.
pub fn count(value: usize) -> String {
    digits(value as f64, 0)
}

/// A plain number with up to `decimals` decimals, as an axis shows it.
pub fn plain(value: f64, decimals: usize) -> String {
    let shown = digits(value, decimals);
    minus(value, &shown) + &shown
}

/// The decimals that tell ticks apart.
pub fn decimals_for(ticks: &[f64]) -> usize {
    let step = ticks
        .windows(2)
        .map(|pair| pair[1] - pair[0])
        .fold(f64::INFINITY, f64::min);
    if step.is_finite() && step > 0.0 {
        (-step.log10() - 1e-9).ceil().clamp(0.0, 6.0) as usize
    } else {
        0
    }
}

/// Whole pounds: `£1,234`, `−£35`.
pub fn pounds(value: f64) -> String {
    let shown = digits(value, 0);
    format!("{}£{shown}", minus(value, &shown))
}

/// A change in whole pounds: `+£1,234`, `−£35`, `£0`.
pub fn pounds_change(value: f64) -> String {
    let shown = digits(value, 0);
    format!("{}£{shown}", sign(value, &shown))
}

/// Pounds and pence: `£1,080.11`, `−£6.96`.
pub fn pence(value: f64) -> String {
    let shown = digits(value, 2);
    format!("{}£{shown}", minus(value, &shown))
}

/// A change in pounds and pence: `+£6.96`, `−£1,080.11`, `£0.00`.
pub fn pence_change(value: f64) -> String {
    let shown = digits(value, 2);
    format!("{}£{shown}", sign(value, &shown))
}

/// Pounds in two or three digits: `£1.2bn`, `−£35.4m`, `£820k`, `£940`.
pub fn pounds_short(value: f64) -> String {
    let (beyond, value) = capped(value, 999_999e9);
    let shown = short(value);
    format!("{beyond}{}£{shown}", minus(value, &shown))
}

/// A change in pounds in two or three digits: `+£1.2bn`, `−£35m`, `£0`.
pub fn pounds_short_change(value: f64) -> String {
    let (beyond, value) = capped(value, 999_999e9);
    let shown = short(value);
    format!("{beyond}{}£{shown}", sign(value, &shown))
}

/// Pounds for one person: whole pounds while they are few enough to read.
pub fn per_head(value: f64) -> String {
    if value.abs() < 999_999.5 {
        pounds(value)
    } else {
        pounds_short(value)
    }
}

/// A change in pounds for one person, whole pounds while they are few enough to read.
pub fn per_head_change(value: f64) -> String {
    if value.abs() < 999_999.5 {
        pounds_change(value)
    } else {
        pounds_short_change(value)
    }
}

/// A number too far out to be written in full is written as beyond the cap: `> +999,999 %`.
fn capped(value: f64, cap: f64) -> (&'static str, f64) {
    if value > cap {
        ("> ", cap)
    } else if value < -cap {
        ("< ", -cap)
    } else {
        ("", value)
    }
}

/// Two or three digits and the unit, without a sign.
fn short(value: f64) -> String {
    let size = value.abs();
    // The thresholds are where rounding would reach the next unit.
    let (unit, suffix, next) = if size >= 999.5e6 {
        (1e9, "bn", 100.0)
    } else if size >= 999.5e3 {
        (1e6, "m", 100.0)
    } else if size >= 999.5 {
        (1e3, "k", 10.0)
    } else {
        return digits(size, 0);
    };
    let scaled = size / unit;
    let decimals = usize::from(scaled < next - 0.05);
    digits(scaled, decimals) + suffix
}

/// A change in per cent: `+12.3 %`, `−5.0 %`; whole per cent from 1,000 on.
pub fn per_cent_change(value: f64) -> String {
    let decimals = usize::from(value.abs() < 999.95);
    per_cent_tick(value, decimals)
}

/// A change in per cent, or a dash where there is nothing to take a per cent of.
pub fn per_cent_or_dash(value: Option<f64>) -> String {
    value.map_or_else(|| NO_NUMBER.to_owned(), per_cent_change)
}

/// A change in per cent with so many decimals, for an axis: `+50 %`, `0 %`.
pub fn per_cent_tick(value: f64, decimals: usize) -> String {
    let (beyond, value) = capped(value, 999_999.0);
    let shown = digits(value, decimals);
    format!("{beyond}{}{shown} %", sign(value, &shown))
}

/// Per cent without a sign and without idle decimals: `0.5 %`, `2 %`.
pub fn per_cent_plain(value: f64) -> String {
    let text = format!("{value:.2}");
    format!("{} %", text.trim_end_matches('0').trim_end_matches('.'))
}

/// Millions with one decimal while they are under 100.
fn millions(value: f64) -> String {
    let millions = value / 1e6;
    digits(millions, usize::from(millions < 99.95))
}

/// Numbers of people where room is scarce: `31.2m`, `5.0m`, `840k`, `950`.
pub fn people_short(value: f64) -> String {
    if value >= 999_500.0 {
        format!("{}m", millions(value))
    } else if value >= 1000.0 {
        format!("{}k", digits(value / 1000.0, 0))
    } else {
        digits(value, 0)
    }
}

/// Round numbers of people in words, as a key has them: `5 million`, `200,000`, `2,000`.
pub fn round_people(value: f64) -> String {
    if value >= 1e6 {
        format!("{} million", digits(value / 1e6, 0))
    } else {
        digits(value, 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_inside() {
        assert_eq!(
            ticks(&(-37.0..83.0), 6),
            vec![-20.0, 0.0, 20.0, 40.0, 60.0, 80.0]
        );
        assert_eq!(
            ticks(&(0.0..1.0), 5),
            vec![0.0, 0.2, 0.4, 0.6000000000000001, 0.8, 1.0]
        );
        assert_eq!(ticks(&(3.0..3.0), 5), vec![3.0]);
    }

    #[test]
    fn ticks_fit_their_words() {
        let word = |_: f64, _: usize| 40.0;
        // At 80 px for 24 units, 10 units are 33 px: too few for 40 px of words and the space between.
        assert_eq!(ticks_that_fit(&(0.0..24.0), 80.0, word), vec![0.0, 20.0]);
        assert_eq!(ticks_that_fit(&(0.0..24.0), 60.0, word), vec![0.0]);
        assert_eq!(
            ticks_that_fit(&(0.0..45.0), 130.0, word),
            vec![0.0, 20.0, 40.0]
        );
        assert_eq!(ticks_that_fit(&(5.0..5.0), 130.0, word), vec![5.0]);
        // At 108 px for 50 units, 20 are 43 px and 50 are out of range, but 25 are 54 px.
        assert_eq!(ticks_that_fit(&(-2.0..48.0), 108.0, word), vec![0.0, 25.0]);
        assert_eq!(ticks_that_fit(&(0.0..4.8), 100.0, word), vec![0.0]);
        assert_eq!(ticks_that_fit(&(-1e300..1e300), 1.0, word).len(), 1);
    }

    #[test]
    fn odd_ranges_give_few_ticks_and_no_panic() {
        for range in [
            0.0..0.0,
            -1e300..1e300,
            0.0..1e-300,
            1e15..1e15 + 1.0,
            5.0..-5.0,
        ] {
            let values = ticks(&range, 5);
            assert!(
                !values.is_empty() && values.len() < 20,
                "{range:?}: {values:?}"
            );
        }
    }

    #[test]
    fn round_ranges_hold_their_values() {
        assert_eq!(round_range([312.0, 981.0], 5), 200.0..1000.0);
        assert_eq!(round_range([0.0, 0.0], 5), -1.0..1.0);
        assert_eq!(round_range([], 5), 0.0..1.0);
        let range = round_range([7.0], 5);
        assert!(range.start < 7.0 && range.end > 7.0);
        let huge = round_range([-1e300, 1e300], 5);
        assert!(huge.start <= -1e300 && huge.end >= 1e300);
    }

    #[test]
    fn pounds_have_commas_and_a_true_minus() {
        assert_eq!(pounds(1234.4), "£1,234");
        assert_eq!(pounds(-1_234_567.0), "−£1,234,567");
        assert_eq!(pounds(-0.2), "£0");
        assert_eq!(pounds_change(85.0), "+£85");
        assert_eq!(pounds_change(-999.6), "−£1,000");
        assert_eq!(pounds_change(0.3), "£0");
        assert_eq!(pence(-1080.114), "−£1,080.11");
        assert_eq!(pence_change(6.957), "+£6.96");
        assert_eq!(pence_change(-0.001), "£0.00");
    }

    #[test]
    fn short_pounds_change_unit_where_rounding_does() {
        assert_eq!(pounds_short(1.234e9), "£1.2bn");
        assert_eq!(pounds_short(40.869e9), "£40.9bn");
        assert_eq!(pounds_short(-35.4e6), "−£35.4m");
        assert_eq!(pounds_short(7.0e6), "£7.0m");
        assert_eq!(pounds_short(9.96e6), "£10.0m");
        assert_eq!(pounds_short(99.96e6), "£100m");
        assert_eq!(pounds_short(999.7e6), "£1.0bn");
        assert_eq!(pounds_short(999.4e6), "£999m");
        assert_eq!(pounds_short(820_400.0), "£820k");
        assert_eq!(pounds_short_change(0.0), "£0");
        assert_eq!(pounds_short_change(-940.0), "−£940");
        assert_eq!(pounds_short_change(123.4e9), "+£123bn");
    }

    #[test]
    fn numbers_beyond_reading_are_capped_and_say_so() {
        assert_eq!(per_cent_change(1e12), "> +999,999 %");
        assert_eq!(per_cent_change(f64::MIN), "< −999,999 %");
        assert_eq!(per_head_change(85.2), "+£85");
        assert_eq!(per_head_change(-2.5e6), "−£2.5m");
        assert_eq!(pounds_short_change(f64::MAX), "> +£999,999bn");
    }

    #[test]
    fn per_cents_carry_sign_and_space() {
        assert_eq!(per_cent_change(12.34), "+12.3 %");
        assert_eq!(per_cent_change(-5.0), "−5.0 %");
        assert_eq!(per_cent_change(-0.04), "0.0 %");
        assert_eq!(per_cent_change(123_456.7), "+123,457 %");
        assert_eq!(per_cent_tick(50.0, 0), "+50 %");
        assert_eq!(per_cent_tick(0.0, 0), "0 %");
        assert_eq!(per_cent_plain(0.5), "0.5 %");
        assert_eq!(per_cent_plain(10.0), "10 %");
        assert_eq!(per_cent_or_dash(Some(-5.0)), "−5.0 %");
        assert_eq!(per_cent_or_dash(None), "–");
    }

    #[test]
    fn decimals_tell_ticks_apart() {
        assert_eq!(decimals_for(&[0.0, 20.0]), 0);
        assert_eq!(decimals_for(&[0.0, 0.2]), 1);
        assert_eq!(decimals_for(&[0.0, 0.05]), 2);
        assert_eq!(decimals_for(&[1.0]), 0);
    }

    #[test]
    fn people_are_rounded_to_what_readers_need() {
        assert_eq!(people_short(2_720_000.0), "2.7m");
        assert_eq!(people_short(5_000_000.0), "5.0m");
        assert_eq!(people_short(28_960_000.0), "29.0m");
        assert_eq!(people_short(999_600.0), "1.0m");
        assert_eq!(people_short(99_960_000.0), "100m");
        assert_eq!(people_short(839_600.0), "840k");
        assert_eq!(people_short(41.0), "41");
        assert_eq!(round_people(1_000_000.0), "1 million");
        assert_eq!(round_people(200_000.0), "200,000");
        assert_eq!(round_people(20.0), "20");
    }

    #[test]
    fn ranges_of_one_scale_have_the_same_steps() {
        let word = |_: f64, _: usize| 40.0;
        // Alone the second would have steps of 50, which leave the first with nought only.
        let ranges = [-3.0..49.0, -51.0..1.0];
        assert_eq!(ticks_that_fit(&ranges[1], 115.0, word), vec![-50.0, 0.0]);
        assert_eq!(
            shared_ticks(&ranges, 115.0, word),
            [vec![0.0, 25.0], vec![-50.0, -25.0, 0.0]]
        );
        assert_eq!(
            shared_ticks(&[0.0..10.0, -5.0..5.0], 400.0, word),
            [
                vec![0.0, 2.0, 4.0, 6.0, 8.0, 10.0],
                vec![-4.0, -2.0, 0.0, 2.0, 4.0]
            ]
        );
        assert_eq!(shared_ticks(&[], 400.0, word), Vec::<Vec<f64>>::new());
    }
}
