//! Groups of authorities that results are shown by: region, class, deprivation, rurality, tax
//! base, age, or any column. Groups are fixed by the inputs, never by a formula's results, so
//! that the same places stand in the same group under every formula.

use crate::assess::equal_groups;
use crate::ids::{IndicatorName, Text};
use crate::inputs::Dataset;
use crate::inputs::cell::Cell;
use crate::register::{PerAuthority, Register};

/// Which group each authority is in, and the groups' names in the order shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Grouping {
    /// What the groups are, for headings.
    pub title: String,
    /// Names in the order shown.
    pub labels: Vec<String>,
    /// Each authority's group, by position in `labels`.
    pub group: PerAuthority<usize>,
}

impl Grouping {
    /// Every grouping that the table has what it takes for.
    pub fn all(dataset: &Dataset) -> Vec<Self> {
        let register = &dataset.register;
        [
            Self::by_region(register),
            Self::by_class(register),
            Self::by_deprivation(dataset, 10),
            fifths(
                "Rurality fifth",
                ("most rural", "least rural"),
                role_numbers(dataset, dataset.roles.rural_share.as_deref()),
            ),
            fifths(
                "Tax base per head fifth",
                ("highest", "lowest"),
                tax_base_per_head(dataset),
            ),
            fifths("Age fifth", ("oldest", "youngest"), older_share(dataset)),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// Regions as results are reported; none where the table has none.
    pub fn by_region(register: &Register) -> Option<Self> {
        let regions = register.column(|_, authority| authority.reporting_region.clone());
        Self::by_words("Region", &regions)
    }

    /// Kinds of authority; none where the table has none.
    pub fn by_class(register: &Register) -> Option<Self> {
        let classes = register.column(|_, authority| authority.class.clone());
        Self::by_words("Class", &classes)
    }

    fn by_words(title: &str, words: &PerAuthority<Option<Text>>) -> Option<Self> {
        let mut labels: Vec<&str> = words.iter().flatten().map(|word| &**word).collect();
        labels.sort();
        labels.dedup();
        if labels.len() < 2 || words.iter().any(Option::is_none) {
            return None;
        }
        let group = words.map(|word| {
            labels
                .iter()
                .position(|label| Some(*label) == word.as_deref())
                .unwrap_or(0)
        });
        Some(Self {
            title: title.to_string(),
            labels: labels.into_iter().map(str::to_string).collect(),
            group,
        })
    }

    /// Equal groups of authorities by deprivation, the most deprived first.
    pub fn by_deprivation(dataset: &Dataset, groups: usize) -> Option<Self> {
        let title = match groups {
            5 => "Deprivation fifth",
            10 => "Deprivation decile",
            _ => "Deprivation group",
        };
        let words = ("most deprived", "least deprived");
        Self::by_number(title, words, &deprivation(dataset)?, groups)
    }

    /// Equal groups of authorities by a number, the highest first; none where there are fewer
    /// authorities than groups.
    pub fn by_number(
        title: &str,
        (highest, lowest): (&str, &str),
        numbers: &PerAuthority<f64>,
        groups: usize,
    ) -> Option<Self> {
        if numbers.len() < groups {
            return None;
        }
        let labels = (1..=groups)
            .map(|group| match group {
                1 => format!("1 ({highest})"),
                _ if group == groups => format!("{group} ({lowest})"),
                _ => group.to_string(),
            })
            .collect();
        Some(Self {
            title: title.to_string(),
            labels,
            group: equal_groups(numbers, groups).map(|group| group - 1),
        })
    }

    /// Groups by a column: its words, or equal fifths of authorities by its numbers. None
    /// where the table has no such column, or it has gaps.
    pub fn by_column(dataset: &Dataset, name: &str) -> Option<Self> {
        if let Some(texts) = dataset.texts.get(name) {
            let words = texts.map(|text| (!text.is_empty()).then(|| text.clone()));
            return Self::by_words(name, &words);
        }
        let numbers = role_numbers(dataset, Some(name))?;
        fifths(
            &format!("{name}, fifth"),
            ("highest", "lowest"),
            Some(numbers),
        )
    }
}

fn fifths(
    title: &str,
    words: (&str, &str),
    numbers: Option<PerAuthority<f64>>,
) -> Option<Grouping> {
    Grouping::by_number(title, words, &numbers?, 5)
}

/// Each authority's deprivation, higher being more deprived, where the table has a
/// column for it without gaps.
pub fn deprivation(dataset: &Dataset) -> Option<PerAuthority<f64>> {
    role_numbers(dataset, dataset.roles.deprivation.as_deref())
}

/// Tax base per resident, where the table has both without gaps.
pub fn tax_base_per_head(dataset: &Dataset) -> Option<PerAuthority<f64>> {
    let base = role_numbers(dataset, dataset.roles.tax_base.as_deref())?;
    per_resident(dataset, &base)
}

/// Older people among residents, where the table has both without gaps.
fn older_share(dataset: &Dataset) -> Option<PerAuthority<f64>> {
    let older = role_numbers(dataset, dataset.roles.older_people.as_deref())?;
    per_resident(dataset, &older)
}

fn per_resident(dataset: &Dataset, numbers: &PerAuthority<f64>) -> Option<PerAuthority<f64>> {
    let people = population(&dataset.register)?;
    Some(numbers.zip_with(&people, |number, people| number / people))
}

/// Residents, if every authority states some.
pub fn population(register: &Register) -> Option<PerAuthority<f64>> {
    let people = register.column(|_, authority| authority.population.map_or(0.0, |p| p.0));
    let all_stated = people.iter().all(|people| *people > 0.0);
    all_stated.then_some(people)
}

/// The numbers of a column that plays a role; none where it has gaps.
pub fn role_numbers(dataset: &Dataset, role: Option<&str>) -> Option<PerAuthority<f64>> {
    let column = dataset.columns.get(&IndicatorName::new(role?))?;
    let values = column.cells.map(|cell| match cell {
        Cell::Value(value) => Some(*value),
        Cell::Blank | Cell::Bad => None,
    });
    values
        .iter()
        .all(Option::is_some)
        .then(|| values.map(|value| value.unwrap_or(0.0)))
}
