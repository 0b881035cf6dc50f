//! Which formulas come first and last in something, in words.

use super::wording;

/// The formulas that share one end of a ranking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct End<'a> {
    /// What they share, in steps that readers can tell apart.
    pub value: i64,
    /// Their titles, in the order given.
    pub titles: Vec<&'a str>,
}

impl End<'_> {
    /// The titles with a verb: `“A” covers`, `“A” and “B” cover`, `3 formulas cover`.
    pub fn with_verb(&self, one: &str, many: &str) -> String {
        let verb = if self.titles.len() == 1 { one } else { many };
        format!("{} {verb}", named(&self.titles))
    }
}

/// Those with the least and those with the greatest value; none if there are none at all.
pub fn ends<'a>(values: &[(&'a str, i64)]) -> Option<[End<'a>; 2]> {
    let least = values.iter().map(|(_, value)| *value).min()?;
    let most = values.iter().map(|(_, value)| *value).max()?;
    Some([least, most].map(|end| {
        End {
            value: end,
            titles: values
                .iter()
                .filter(|(_, value)| *value == end)
                .map(|(title, _)| *title)
                .collect(),
        }
    }))
}

/// `“A”`, `“A” and “B”`, `3 formulas`: more than two would fill a headline.
pub fn named(titles: &[&str]) -> String {
    if titles.len() > 2 {
        return format!("{} formulas", titles.len());
    }
    let titles: Vec<String> = titles.iter().map(|title| wording::quoted(title)).collect();
    wording::list(&titles)
}

/// `both formulas`, `all 5 formulas`; with `other`, `both other formulas`.
pub fn all(count: usize, other: bool) -> String {
    let other = if other { "other " } else { "" };
    match count {
        2 => format!("both {other}formulas"),
        _ => format!("all {count} {other}formulas"),
    }
}

/// Those to compare by a formula's own measure of need: all but itself, which that measure cannot judge.
///
/// Says too whether it was among them. Alone, it is compared all the same.
pub fn besides<'a>(values: Vec<(&'a str, i64)>, yardstick: &str) -> (Vec<(&'a str, i64)>, bool) {
    let others: Vec<(&str, i64)> = values
        .iter()
        .copied()
        .filter(|(title, _)| *title != yardstick)
        .collect();
    if others.is_empty() || others.len() == values.len() {
        (values, false)
    } else {
        (others, true)
    }
}

/// How a headline starts where a formula's measure of need is the yardstick: `By the need that “A” measures, `.
pub fn by_the_need(yardstick: &str) -> String {
    match yardstick.trim() {
        "" => String::new(),
        title => format!("By the need that {} measures, ", wording::quoted(title)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VALUES: [(&str, i64); 4] = [("A", 3), ("B", 1), ("C", 3), ("D", 2)];

    #[test]
    fn ends_hold_all_that_share_them() {
        let [least, most] = ends(&VALUES).expect("some");
        assert_eq!((least.value, least.titles.as_slice()), (1, &["B"][..]));
        assert_eq!((most.value, most.titles.as_slice()), (3, &["A", "C"][..]));
        assert_eq!(least.with_verb("leads", "lead"), "“B” leads");
        assert_eq!(most.with_verb("leads", "lead"), "“A” and “C” lead");
        assert_eq!(ends(&[]), None);
        assert_eq!(named(&["A", "B", "C"]), "3 formulas");
    }

    #[test]
    fn a_yardstick_is_not_measured_by_itself_unless_alone() {
        let (others, among) = besides(VALUES.to_vec(), "A");
        assert_eq!((others.len(), among), (3, true));
        assert_eq!(besides(VALUES.to_vec(), "E"), (VALUES.to_vec(), false));
        assert_eq!(besides(vec![("A", 3)], "A"), (vec![("A", 3)], false));
        assert_eq!(by_the_need(" "), "");
        assert_eq!(all(2, true), "both other formulas");
        assert_eq!(all(6, false), "all 6 formulas");
    }
}
