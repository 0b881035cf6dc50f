//! The columns that a register of authorities is made from, and their words.

use std::collections::BTreeMap;

use super::cell::Cell;
use super::package::Package;
use crate::ids::Text;

/// Where the columns of the register stand.
pub(super) struct AuthorityColumns<'t, 'n> {
    pub(super) name: Option<usize>,
    pub(super) class: Option<usize>,
    pub(super) region: Option<usize>,
    pub(super) reporting_region: Option<usize>,
    pub(super) left_out_of_rankings: Option<usize>,
    pub(super) population: Option<&'n Vec<Cell>>,
    pub(super) texts: KnownTexts<'t>,
}

impl<'n> AuthorityColumns<'_, 'n> {
    pub(super) fn of(package: &Package, numbers: &'n BTreeMap<usize, Vec<Cell>>) -> Self {
        let roles = &package.roles;
        let find = |role: &Option<String>| package.table.find(role.as_deref()?);
        Self {
            name: find(&roles.name),
            class: find(&roles.class),
            region: find(&roles.region),
            reporting_region: find(&roles.reporting_region),
            left_out_of_rankings: find(&roles.left_out_of_rankings),
            population: find(&roles.population).and_then(|index| numbers.get(&index)),
            texts: KnownTexts::default(),
        }
    }
}

/// Words of cells, one copy of those that come again.
#[derive(Default)]
pub(super) struct KnownTexts<'t> {
    known: BTreeMap<&'t str, Text>,
}

impl<'t> KnownTexts<'t> {
    /// Beyond so many different ones, others are likely to differ too.
    const MOST: usize = 256;

    pub(super) fn share(&mut self, text: &'t str) -> Text {
        if let Some(known) = self.known.get(text) {
            return known.clone();
        }
        let shared = Text::from(text);
        if self.known.len() < Self::MOST {
            self.known.insert(text, shared.clone());
        }
        shared
    }
}
