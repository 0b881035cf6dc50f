//! Units of columns and indicators: what may be added to what, and what a product or a
//! ratio comes to. Units are words in descriptors and formula files (`people`, `GBP per
//! person`, `share (0 to 1)`); what stands after a comma or in brackets explains and does
//! not count.

use std::collections::BTreeMap;
use std::fmt;

use crate::currency::Currency;

/// A unit: a scale and powers of base units. Two are the same when both are alike.
#[derive(Debug, Clone, PartialEq)]
pub struct Unit {
    /// How many of the base: 0.01 for per cent, 1e6 for millions.
    scale: f64,
    /// Powers of base units, none of them zero; a share has none.
    powers: BTreeMap<String, i32>,
}

/// Words that stand for a plain number.
const PLAIN: [&str; 10] = [
    "share",
    "ratio",
    "index",
    "rank",
    "number",
    "multiplier",
    "flag",
    "z-score",
    "tenth",
    "coefficient",
];

/// Words for the same base unit: its name, then the others.
const SAME: [(&str, &[&str]); 12] = [
    (
        "people",
        &[
            "person",
            "persons",
            "head",
            "resident",
            "residents",
            "capita",
            "inhabitant",
            "inhabitants",
            "child",
            "children",
            "adult",
            "adults",
            "client",
            "clients",
            "worker",
            "workers",
        ],
    ),
    (
        "pupils",
        &["pupil", "student", "students", "enrolments", "enrolment"],
    ),
    ("GBP", &["pound", "pounds", "£", "gbp"]),
    ("EUR", &["euro", "euros", "€", "eur"]),
    ("USD", &["dollar", "dollars", "usd"]),
    ("AUD", &["A$", "aud"]),
    ("BRL", &["R$", "real", "reais", "brl"]),
    ("CAD", &["C$", "cad"]),
    ("households", &["household"]),
    ("dwellings", &["dwelling"]),
    (
        "Band D equivalents",
        &[
            "Band D",
            "Band D equivalent",
            "Band D dwelling",
            "Band D dwellings",
        ],
    ),
    (
        "authorities",
        &["authority", "council", "councils", "district", "districts"],
    ),
];

/// The one currency that units name; none where they name none, or several.
pub fn currency_of<'u>(units: impl Iterator<Item = &'u str>) -> Option<&'static Currency> {
    let mut named = units.filter_map(|words| Unit::read(words)?.currency());
    let first = named.next();
    first.filter(|first| named.all(|other| other == *first))
}

/// Words that stand where a unit is not known, or where there is none.
const SAYS_NOTHING: [&str; 6] = [
    "text",
    "code",
    "true/false",
    "to be written",
    "unknown",
    "not stated",
];

impl Unit {
    /// A plain number: shares, ratios, indices.
    pub fn plain() -> Self {
        Self {
            scale: 1.0,
            powers: BTreeMap::new(),
        }
    }

    /// A unit from its words; `None` where they say nothing.
    pub fn read(words: &str) -> Option<Self> {
        let words = words.split([',', '(', ';']).next().unwrap_or("").trim();
        if words.is_empty() || SAYS_NOTHING.contains(&words) {
            return None;
        }
        let mut unit = Self::plain();
        for (place, part) in words.split(" per ").enumerate() {
            let part = part.trim();
            let part_unit = match part.strip_prefix("per ").map(str::trim) {
                Some("cent") => Self::scaled(0.01),
                Some(rest) => Self::base(rest).inverse(),
                None if part == "%" => Self::scaled(0.01),
                None => part
                    .split(" × ")
                    .map(Self::base)
                    .fold(Self::plain(), |product, factor| product.times(&factor)),
            };
            unit = match place {
                0 => part_unit,
                _ => unit.over(&part_unit),
            };
        }
        Some(unit)
    }

    fn scaled(scale: f64) -> Self {
        Self {
            scale,
            powers: BTreeMap::new(),
        }
    }

    /// One base unit, perhaps of so many: `GBP m`, `1,000 people`, `100,000`.
    fn base(words: &str) -> Self {
        let (mut scale, mut rest) = (1.0, words);
        if let Some((first, after)) = words.split_once(' ')
            && let Ok(number) = first.replace(',', "").parse::<f64>()
        {
            (scale, rest) = (number, after);
        } else if let Ok(number) = words.replace(',', "").parse::<f64>() {
            return Self::scaled(number);
        }
        for (ending, times) in [
            (" m", 1e6),
            (" million", 1e6),
            (" millions", 1e6),
            (" k", 1e3),
            (" thousand", 1e3),
            (" thousands", 1e3),
            (" bn", 1e9),
        ] {
            if let Some(before) = rest.strip_suffix(ending) {
                (scale, rest) = (scale * times, before);
                break;
            }
        }
        let rest = rest.trim();
        let same = |word: &str| {
            SAME.iter()
                .find(|(base, others)| *base == word || others.contains(&word))
                .map(|(base, _)| *base)
        };
        // A word that says more than its head (`people aged 65 and over`) is the head's.
        let head = rest.split(' ').next().unwrap_or(rest);
        let base = same(rest)
            .or_else(|| same(head))
            .or_else(|| PLAIN.contains(&head).then_some(""))
            .or_else(|| Currency::of_code(head).map(|currency| currency.code))
            // `hectares` and `per hectare` are one.
            .unwrap_or_else(|| rest.strip_suffix('s').unwrap_or(rest));
        let mut powers = BTreeMap::new();
        if !base.is_empty() {
            powers.insert(base.to_string(), 1);
        }
        Self { scale, powers }
    }

    /// This × other.
    pub fn times(&self, other: &Self) -> Self {
        self.with(other, 1)
    }

    /// This ÷ other.
    pub fn over(&self, other: &Self) -> Self {
        self.with(other, -1)
    }

    fn with(&self, other: &Self, sign: i32) -> Self {
        let mut powers = self.powers.clone();
        for (base, power) in &other.powers {
            *powers.entry(base.clone()).or_default() += sign * power;
        }
        powers.retain(|_, power| *power != 0);
        Self {
            scale: self.scale * other.scale.powi(sign),
            powers,
        }
    }

    fn inverse(&self) -> Self {
        Self::plain().over(self)
    }

    /// Whether it is a plain number, in per cent or not.
    pub fn is_plain(&self) -> bool {
        self.powers.is_empty()
    }

    /// Whether it is an amount of something, which is larger where there are more people: not a
    /// plain number and nothing per anything.
    pub fn is_amount(&self) -> bool {
        !self.is_plain() && self.powers.values().all(|power| *power > 0)
    }

    /// The currency it is made with.
    pub fn currency(&self) -> Option<&'static Currency> {
        self.powers.keys().find_map(|base| Currency::of_code(base))
    }

    /// Whether it is whole units of a currency.
    pub fn is_money(&self) -> bool {
        let whole = self.scale == 1.0 && self.powers.values().eq([&1]);
        whole && self.currency().is_some()
    }

    /// Whether it is surely no money: made of things that are counted, or a plain number, or
    /// in millions. A word that we do not know may be a currency.
    pub fn is_no_money(&self) -> bool {
        let counted = |base: &String| {
            Currency::of_code(base).is_none() && SAME.iter().any(|(known, _)| known == base)
        };
        !self.is_money() && (self.currency().is_some() || self.powers.keys().all(counted))
    }

    /// Whether what is in one may be added to what is in the other.
    pub fn adds_to(&self, other: &Self) -> bool {
        self.powers == other.powers
            && (self.scale - other.scale).abs() <= 1e-9 * self.scale.abs().max(other.scale.abs())
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = |sign: i32| {
            let of_sign = self
                .powers
                .iter()
                .filter(|(_, power)| power.signum() == sign);
            of_sign
                .map(|(base, power)| match power.abs() {
                    1 => base.clone(),
                    2 => format!("{base}²"),
                    power => format!("{base}^{power}"),
                })
                .collect::<Vec<_>>()
        };
        let above = part(1).join(" × ");
        let below: String = part(-1).iter().map(|base| format!(" per {base}")).collect();
        let scale = match self.scale {
            1.0 => String::new(),
            0.01 if self.is_plain() => return f.write_str("per cent"),
            scale => format!("{scale} "),
        };
        match (above.is_empty(), below.is_empty()) {
            (true, true) if scale.is_empty() => f.write_str("a plain number (share, ratio, index)"),
            (true, true) => write!(f, "{}plain number", scale),
            (true, false) => write!(f, "{scale}{}", below.trim_start()),
            _ => write!(f, "{scale}{above}{below}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(words: &str) -> Unit {
        Unit::read(words).expect("a unit")
    }

    #[test]
    fn words_that_mean_the_same_are_the_same_unit() {
        assert!(unit("people").adds_to(&unit("residents")));
        assert!(unit("people, weighted by age").adds_to(&unit("people aged 65 and over")));
        assert!(unit("share (0 to 1)").adds_to(&unit("index, 1 = national mean")));
        assert!(unit("GBP per Band D").adds_to(&unit("pounds per Band D dwelling")));
        assert!(unit("GBP per year per employee").adds_to(&unit("GBP per employee per year")));
    }

    #[test]
    fn a_rate_is_no_count_and_per_cent_is_no_share() {
        assert!(!unit("people").adds_to(&unit("share (0 to 1)")));
        assert!(!unit("share").adds_to(&unit("per cent")));
        assert!(!unit("GBP").adds_to(&unit("GBP m")));
        assert!(!unit("GBP").adds_to(&unit("EUR")));
        assert!(!unit("score").adds_to(&unit("share")));
        assert!(!unit("per 100,000").adds_to(&unit("share")));
    }

    #[test]
    fn products_and_ratios_come_to_their_units() {
        let per_head = unit("GBP").over(&unit("people"));
        assert!(per_head.adds_to(&unit("GBP per head")));
        assert!(per_head.times(&unit("people")).is_money());
        assert!(unit("people").over(&unit("people")).is_plain());
        assert_eq!(per_head.to_string(), "GBP per people");
        assert_eq!(unit("GBP m").to_string(), "1000000 GBP");
        assert!(!unit("GBP m").is_money());
        assert!(
            unit("EUR")
                .over(&unit("hectares"))
                .adds_to(&unit("EUR per hectare"))
        );
        assert!(unit("people × score").adds_to(&unit("score").times(&unit("people"))));
        assert_eq!(Unit::read("text"), None);
        assert_eq!(Unit::read(""), None);
    }
}
