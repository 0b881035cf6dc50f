//! Names of things as different types, so that two strings cannot be swapped.

use std::fmt;
use std::sync::Arc;

/// Words that many share: one copy of them.
pub type Text = Arc<str>;

macro_rules! name_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Text);

        impl $name {
            /// Takes a name as its file states it.
            pub fn new(name: impl Into<String>) -> Self {
                Self(name.into().into())
            }

            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The name as text to be shared.
            pub fn text(&self) -> &Text {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }
    };
}

name_type! {
    /// An authority's code, such as `E06000001`.
    AuthorityCode
}
name_type! {
    /// A column of a table, or an indicator that a formula derives: both are
    /// numbers per authority and share one name space.
    IndicatorName
}
name_type! {
    /// A formula's name: its file name without `.toml`.
    FormulaName
}
name_type! {
    /// A service within a formula, such as `Children`.
    ServiceName
}
name_type! {
    /// A guarantee, as its formula file names it.
    GuaranteeName
}
name_type! {
    /// A baseline that funding is compared with.
    BaselineName
}
