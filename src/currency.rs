//! The currency that a table's sums are in. Whatever is put in words for readers is written
//! with sterling's sign and names, and put into the table's own currency at the end.

use std::borrow::Cow;

/// A currency by its sign and names.
#[derive(Debug, PartialEq, Eq)]
pub struct Currency {
    /// Its code in ISO 4217, as in units of columns.
    pub code: &'static str,
    /// What stands before a sum: two letters at most, for which charts have room.
    pub sign: &'static str,
    /// One.
    pub one: &'static str,
    /// Several.
    pub many: &'static str,
    /// Hundredths.
    pub hundredths: &'static str,
}

const fn currency(
    code: &'static str,
    sign: &'static str,
    [one, many, hundredths]: [&'static str; 3],
) -> Currency {
    Currency {
        code,
        sign,
        one,
        many,
        hundredths,
    }
}

/// Pounds: what sums are in unless a column's unit says otherwise.
pub const STERLING: Currency = currency("GBP", "£", ["pound", "pounds", "pence"]);

/// Currencies that units of columns may name.
const CURRENCIES: [Currency; 17] = [
    STERLING,
    currency("EUR", "€", ["euro", "euros", "cents"]),
    currency("USD", "$", ["dollar", "dollars", "cents"]),
    currency("AUD", "$", ["dollar", "dollars", "cents"]),
    currency("CAD", "$", ["dollar", "dollars", "cents"]),
    currency("NZD", "$", ["dollar", "dollars", "cents"]),
    currency("BRL", "R$", ["real", "reais", "centavos"]),
    currency("CHF", "Fr", ["franc", "francs", "centimes"]),
    currency("SEK", "kr", ["krona", "kronor", "öre"]),
    currency("NOK", "kr", ["krone", "kroner", "øre"]),
    currency("DKK", "kr", ["krone", "kroner", "øre"]),
    currency("PLN", "zł", ["zloty", "zlotys", "groszy"]),
    currency("CZK", "Kč", ["koruna", "korunas", "hellers"]),
    currency("JPY", "¥", ["yen", "yen", "hundredths"]),
    currency("KRW", "₩", ["won", "won", "hundredths"]),
    currency("INR", "₹", ["rupee", "rupees", "paise"]),
    currency("ZAR", "R", ["rand", "rand", "cents"]),
];

impl Currency {
    /// The currency of a code in ISO 4217.
    pub fn of_code(code: &str) -> Option<&'static Self> {
        CURRENCIES.iter().find(|currency| currency.code == code)
    }

    /// Words that were written with sterling's sign and names, in this currency.
    pub fn put<'t>(&self, words: &'t str) -> Cow<'t, str> {
        if self == &STERLING || !["£", "pound", "pence"].iter().any(|s| words.contains(s)) {
            return Cow::Borrowed(words);
        }
        let in_each = format!(" {} in the {}", self.hundredths, self.one);
        let words = words
            .replace("p in the pound", &in_each)
            .replace('£', self.sign);
        Cow::Owned(self.named(&words))
    }

    /// Sterling's names, as whole words, by this currency's.
    fn named(&self, words: &str) -> String {
        let names = [
            ("pounds", self.many),
            ("pound", self.one),
            ("pence", self.hundredths),
        ];
        let mut put = String::with_capacity(words.len());
        let mut rest = words;
        while !rest.is_empty() {
            let is_letter = |c: char| c.is_alphanumeric();
            let ends = rest.find(|c| !is_letter(c)).unwrap_or(rest.len());
            let (word, after) = rest.split_at(ends);
            let name = names.iter().find(|(sterling, _)| *sterling == word);
            put.push_str(name.map_or(word, |(_, name)| name));
            let begins = after.find(is_letter).unwrap_or(after.len());
            let (between, next) = after.split_at(begins);
            put.push_str(between);
            rest = next;
        }
        put
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_and_names_are_put_into_the_currency() {
        let euro = Currency::of_code("EUR").unwrap();
        assert_eq!(
            euro.put("−£1.2m; £ per head, a pound more; whole pounds; compound"),
            "−€1.2m; € per head, a euro more; whole euros; compound"
        );
        assert_eq!(
            euro.put("get 4.0p in the pound less"),
            "get 4.0 cents in the euro less"
        );
        assert_eq!(STERLING.put("£5"), "£5");
        assert_eq!(Currency::of_code("SEK").unwrap().put("£5"), "kr5");
    }

    #[test]
    fn letters_of_other_scripts_stay() {
        let real = Currency::of_code("BRL").unwrap();
        assert_eq!(real.put("São Tomé: £3 “pounds”"), "São Tomé: R$3 “reais”");
    }
}
