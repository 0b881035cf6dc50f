//! Names that the LP format and MPS both read: letters, digits and underscores, none
//! beginning with a digit, no two alike, none too long.

use std::collections::BTreeSet;

/// Characters in a name: the LP format reads 255.
const LONGEST: usize = 255;

/// Names given so far.
#[derive(Debug, Default)]
pub(super) struct Names(BTreeSet<String>);

impl Names {
    /// The name behind its prefix, made safe, with a number behind it if another has it.
    /// A code alone can begin with a digit or look like an exponent (`E0600001`): give
    /// columns a prefix.
    pub(super) fn unique(&mut self, prefix: &str, name: &str) -> String {
        let safe: String = prefix
            .chars()
            .chain(name.chars())
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
            .take(LONGEST)
            .collect();
        let mut unique = safe.clone();
        let mut count = 1;
        while !self.0.insert(unique.clone()) {
            count += 1;
            let ending = format!("_{count}");
            let kept = safe.len().min(LONGEST - ending.len());
            unique = format!("{}{ending}", &safe[..kept]);
        }
        unique
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_safe_unlike_and_no_longer_than_255_characters() {
        let mut names = Names::default();
        assert_eq!(names.unique("x_", "E06000001"), "x_E06000001");
        assert_eq!(names.unique("x_", "a b"), "x_a_b");
        assert_eq!(names.unique("x_", "a-b"), "x_a_b_2");
        assert_eq!(names.unique("x_", "a/b"), "x_a_b_3");
        assert_eq!(names.unique("x_", "Ynys Môn"), "x_Ynys_M_n");
        let long = "q".repeat(400);
        let first = names.unique("least_", &long);
        let second = names.unique("least_", &long);
        assert_eq!((first.len(), second.len()), (255, 255));
        assert_ne!(first, second);
    }
}
