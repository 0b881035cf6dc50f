//! What our files may say: each table's keys, what they hold and what they mean.
//! Readers name the keys they ask for by these, so that the JSON Schema and the pages
//! made from them cannot say something else than what is read.

/// A key of a table.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Key {
    /// As files write it.
    pub word: &'static str,
    /// What stands there.
    pub holds: Holds,
    /// Whether it must be there.
    pub required: bool,
    /// What it means, with its unit.
    pub says: &'static str,
}

impl Key {
    /// A key that must be there.
    pub const fn required(word: &'static str, holds: Holds, says: &'static str) -> Self {
        Self {
            word,
            holds,
            required: true,
            says,
        }
    }

    /// A key that may be there.
    pub const fn optional(word: &'static str, holds: Holds, says: &'static str) -> Self {
        Self {
            word,
            holds,
            required: false,
            says,
        }
    }
}

/// A table of a file.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Table {
    /// Its name in pages and in the schema.
    pub name: &'static str,
    /// What it is for.
    pub says: &'static str,
    /// Its keys.
    pub keys: &'static [Key],
    /// Whether keys that say where numbers come from may stand in it.
    pub annotated: bool,
}

/// What a key holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Holds {
    /// Text.
    Text,
    /// `true` or `false`.
    Flag,
    /// A number.
    Number,
    /// A number from 0 to 1.
    Share,
    /// Any JSON value: the standard leaves it open.
    Anything,
    /// One of these words.
    Word(&'static [&'static str]),
    /// The name of a column of numbers or of an indicator.
    Name,
    /// The name of a column to group by.
    Group,
    /// A number, a name, or a name times a number.
    Term,
    /// Several terms, or one.
    Terms,
    /// Money per authority: a column, a baseline, a sum, a formula.
    Money,
    /// Conditions by column.
    Where,
    /// A table.
    Table(&'static Table),
    /// Several tables, or one.
    Tables(&'static Table),
    /// A list of one kind of thing, or one of it.
    List(&'static Holds),
    /// A list of exactly two.
    Pair(&'static Holds),
    /// A table whose keys are names of the user's.
    Map(&'static Holds),
    /// One of several.
    AnyOf(&'static [Holds]),
    /// A kind of indicator or guarantee, each with keys of its own.
    Kinds(&'static [Kind]),
}

/// A kind of indicator: one word, with what it takes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Kind {
    /// As files write it.
    pub word: &'static str,
    /// What it gives for each authority, in one sentence.
    pub says: &'static str,
    /// The same in mathematics, x being what it is made `of`.
    pub formula: &'static str,
    /// What stands behind the word.
    pub takes: Takes,
    /// A line of a file that shows every key.
    pub example: &'static str,
}

/// What stands behind a kind's word.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Takes {
    /// A value of this form.
    Value(Holds),
    /// A table with these keys; a bare name stands for `{ of = name }` where nothing else
    /// is required.
    Table(&'static [Key]),
}

impl Kind {
    /// The keys of its table, if it takes one.
    pub fn keys(&self) -> &'static [Key] {
        match self.takes {
            Takes::Table(keys) => keys,
            Takes::Value(_) => &[],
        }
    }
}
