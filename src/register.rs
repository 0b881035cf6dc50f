//! The authorities of a run, in code order, and columns over them.
//!
//! Everything per authority is a [`PerAuthority`] made from one [`Register`], so
//! lengths and order cannot differ, and reordering the rows of a file moves no
//! pound.

use std::marker::PhantomData;
use std::ops::{Index, IndexMut};

use crate::ids::{AuthorityCode, Text};
use crate::units::Persons;

/// One area that receives money.
#[derive(Debug, Clone, PartialEq)]
pub struct Authority {
    /// Its code.
    pub code: AuthorityCode,
    /// Its name; the code where the table has no names.
    pub name: Text,
    /// Kind of authority, such as `county`.
    pub class: Option<Text>,
    /// Region, as money is banded by it.
    pub region: Option<Text>,
    /// Region as results are reported by it (England divides London in two).
    pub reporting_region: Option<Text>,
    /// Residents.
    pub population: Option<Persons>,
    /// Too small for per-head rankings; everything else counts it.
    pub left_out_of_rankings: bool,
    /// Line of its row in the table, for messages.
    pub line: u64,
}

impl Authority {
    /// `E06000003 Redcar and Cleveland`, as messages name it.
    pub fn label(&self) -> String {
        if *self.name == *self.code.as_str() {
            self.name.to_string()
        } else {
            format!("{} {}", self.code, self.name)
        }
    }
}

/// All authorities of a run, sorted by code, no code twice.
#[derive(Debug, Clone, PartialEq)]
pub struct Register {
    authorities: Vec<Authority>,
}

impl Register {
    /// Sorts by code; `Err` names a code that stands twice.
    pub fn new(mut authorities: Vec<Authority>) -> Result<Self, AuthorityCode> {
        authorities.sort_by(|a, b| a.code.cmp(&b.code));
        match authorities.windows(2).find(|w| w[0].code == w[1].code) {
            Some(twice) => Err(twice[0].code.clone()),
            None => Ok(Self { authorities }),
        }
    }

    /// Number of authorities.
    pub fn len(&self) -> usize {
        self.authorities.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.authorities.is_empty()
    }

    /// Authorities in code order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Authority> {
        self.authorities.iter()
    }

    /// Positions of the authorities, in code order.
    pub fn positions(&self) -> impl ExactSizeIterator<Item = Position> + use<> {
        (0..self.authorities.len()).map(Position::at)
    }

    /// Where a code stands, if it is here.
    pub fn find(&self, code: &AuthorityCode) -> Option<Position> {
        self.authorities
            .binary_search_by(|authority| authority.code.cmp(code))
            .ok()
            .map(Position::at)
    }

    /// A column with one value for each authority.
    pub fn column<T>(&self, mut value: impl FnMut(Position, &Authority) -> T) -> PerAuthority<T> {
        Column::of(
            self.authorities
                .iter()
                .enumerate()
                .map(|(index, authority)| value(Position::at(index), authority))
                .collect(),
        )
    }

    /// Residents of all authorities, if every one states them.
    pub fn population(&self) -> Option<Persons> {
        self.iter().map(|authority| authority.population).sum()
    }
}

impl Index<Position> for Register {
    type Output = Authority;
    fn index(&self, at: Position) -> &Authority {
        &self.authorities[at.index()]
    }
}

/// Where an authority stands in its register.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position(u32);

impl Position {
    /// Its place in code order, from zero.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// What a [`Column`] is looked up by.
pub trait Key: Copy {
    /// The key at a place from zero.
    fn at(index: usize) -> Self;
    /// Its place from zero.
    fn index(self) -> usize;
}

impl Key for Position {
    fn at(index: usize) -> Self {
        Self(place(index))
    }

    fn index(self) -> usize {
        self.0 as usize
    }
}

/// A place as programs and registers keep it: in half the memory.
fn place(index: usize) -> u32 {
    u32::try_from(index).expect("fewer authorities than four thousand million")
}

/// One value for each key, in the keys' order: two columns of one kind of key have
/// the same length.
#[derive(Debug, Clone, PartialEq)]
pub struct Column<K, T> {
    values: Vec<T>,
    keys: PhantomData<K>,
}

/// One value for each authority of a register, in code order.
pub type PerAuthority<T> = Column<Position, T>;

/// One variable of a program, in order of authority, then service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VariableId(u32);

impl Key for VariableId {
    fn at(index: usize) -> Self {
        Self(place(index))
    }

    fn index(self) -> usize {
        self.0 as usize
    }
}

/// One value for each variable.
pub type PerVariable<T> = Column<VariableId, T>;

impl<K: Key, T> Column<K, T> {
    /// A column of values in the keys' order.
    pub fn of(values: Vec<T>) -> Self {
        Self {
            values,
            keys: PhantomData,
        }
    }

    /// Values in the keys' order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &T> {
        self.values.iter()
    }

    /// Values in the keys' order, to be changed.
    pub fn iter_mut(&mut self) -> impl ExactSizeIterator<Item = &mut T> {
        self.values.iter_mut()
    }

    /// Values with their keys, in order.
    pub fn enumerate(&self) -> impl ExactSizeIterator<Item = (K, &T)> {
        self.values
            .iter()
            .enumerate()
            .map(|(index, value)| (K::at(index), value))
    }

    /// The keys, in order.
    pub fn keys(&self) -> impl ExactSizeIterator<Item = K> + use<K, T> {
        (0..self.values.len()).map(K::at)
    }

    /// Number of values.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// A column made from this one, value by value.
    pub fn map<U>(&self, value: impl FnMut(&T) -> U) -> Column<K, U> {
        Column::of(self.values.iter().map(value).collect())
    }

    /// A column of this one's length, by places from zero.
    pub fn map_indexed<U>(&self, value: impl FnMut(usize) -> U) -> Column<K, U> {
        Column::of((0..self.values.len()).map(value).collect())
    }

    /// A column made from this one and another.
    pub fn zip_with<U, V>(
        &self,
        other: &Column<K, U>,
        mut value: impl FnMut(&T, &U) -> V,
    ) -> Column<K, V> {
        debug_assert_eq!(self.len(), other.len(), "columns of two registers");
        Column::of(
            self.values
                .iter()
                .zip(&other.values)
                .map(|(a, b)| value(a, b))
                .collect(),
        )
    }

    /// Makes the column as long as another, with a value for what is new.
    pub(crate) fn resize(&mut self, length: usize, value: T)
    where
        T: Clone,
    {
        self.values.resize(length, value);
    }

    /// The values as a slice, in the keys' order.
    pub fn as_slice(&self) -> &[T] {
        &self.values
    }
}

impl<K: Key, T> Index<K> for Column<K, T> {
    type Output = T;
    fn index(&self, at: K) -> &T {
        &self.values[at.index()]
    }
}

impl<K: Key, T> IndexMut<K> for Column<K, T> {
    fn index_mut(&mut self, at: K) -> &mut T {
        &mut self.values[at.index()]
    }
}

impl PerAuthority<f64> {
    /// Sum in code order, so that it is the same whatever the rows' order in a file.
    pub fn total(&self) -> f64 {
        self.values.iter().sum()
    }
}
