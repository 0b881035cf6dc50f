//! Parts of programs that many programs hold one copy of.

use std::ops::{Deref, DerefMut};
use std::sync::{Arc, OnceLock};

use rayon::prelude::*;

use super::Price;
use crate::register::{PerVariable, VariableId};
use crate::units::Pounds;

/// A part of a program of which all that do not change it hold one copy.
#[derive(Debug, PartialEq, Default)]
pub struct Shared<T>(Arc<T>);

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> From<T> for Shared<T> {
    fn from(whole: T) -> Self {
        Self(Arc::new(whole))
    }
}

impl<T> Deref for Shared<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: Clone> DerefMut for Shared<T> {
    fn deref_mut(&mut self) -> &mut T {
        Arc::make_mut(&mut self.0)
    }
}

/// What a variable's deviation from its target costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deviation {
    /// Its target, to the whole pound.
    pub target: Pounds,
    /// Cost of a pound of deviation; zero or above.
    pub weight: Price,
}

/// Every variable's deviation: programs that differ in other things share one copy of them,
/// and of their weights' order once it was asked for.
#[derive(Debug, Clone)]
pub struct Deviations {
    each: Shared<PerVariable<Deviation>>,
    by_weight: Shared<OnceLock<Vec<VariableId>>>,
}

impl Deviations {
    /// Variables by rising weight.
    pub fn by_weight(&self) -> &[VariableId] {
        self.by_weight.get_or_init(|| {
            let each = self.each.enumerate();
            let mut by_weight: Vec<(Price, VariableId)> =
                each.map(|(id, deviation)| (deviation.weight, id)).collect();
            by_weight.par_sort_unstable();
            by_weight.into_iter().map(|(_, id)| id).collect()
        })
    }

    /// The same weights with other targets.
    pub fn with_targets(&self, target: impl Fn(Pounds) -> Pounds) -> Self {
        let each = self.each.map(|deviation| Deviation {
            target: target(deviation.target),
            ..*deviation
        });
        Self {
            each: each.into(),
            by_weight: self.by_weight.clone(),
        }
    }
}

impl From<PerVariable<Deviation>> for Deviations {
    fn from(each: PerVariable<Deviation>) -> Self {
        Self {
            each: each.into(),
            by_weight: Shared::default(),
        }
    }
}

impl PartialEq for Deviations {
    fn eq(&self, other: &Self) -> bool {
        self.each == other.each
    }
}

impl Deref for Deviations {
    type Target = PerVariable<Deviation>;
    fn deref(&self) -> &Self::Target {
        &self.each
    }
}

impl DerefMut for Deviations {
    fn deref_mut(&mut self) -> &mut Self::Target {
        if self.by_weight.get().is_some() {
            self.by_weight = Shared::default();
        }
        &mut self.each
    }
}
