//! The kinds of indicator: each word, what it gives, its mathematics and its keys. The
//! reader, the JSON Schema, `show` and the pages are held to this list.

use crate::inputs::grammar::{Holds, Key, Kind, Table, Takes};

const OF: Key = Key::required("of", Holds::Name, "the column or indicator x it is made of");
const WEIGHT: Key = Key::optional(
    "weight",
    Holds::Name,
    "a column of weights, such as people; without it every authority counts the same",
);
const BY: Key = Key::optional(
    "by",
    Holds::List(&Holds::Group),
    "groups to work within, each by itself: a column of texts or numbers, `region`, `class`, or several",
);
const WHERE: Key = Key::optional(
    "where",
    Holds::Where,
    "only authorities that meet these conditions count",
);
const FIRST: Key = Key::optional(
    "first",
    Holds::Word(&["highest", "lowest"]),
    "which end stands first; the highest unless stated",
);
const TOTAL_TO_FILL: Key = Key::required(
    "total",
    Holds::Term,
    "what the amounts of a group sum to; one number for the whole group",
);

/// A band of `banded`.
pub static BAND: Table = Table {
    name: "band",
    says: "A band of numbers; an authority is in the first band whose limit its x keeps.",
    annotated: true,
    keys: &[
        Key::optional(
            "up_to",
            Holds::Term,
            "greatest x in the band, itself included",
        ),
        Key::optional("below", Holds::Term, "x must be below this"),
        Key::optional("value", Holds::Term, "what an authority in the band gets"),
        Key::optional(
            "polynomial",
            Holds::List(&Holds::Number),
            "instead of `value`: [a, b, c] stands for a + b × x + c × x²",
        ),
    ],
};

/// The keys of `fill` and `level`.
const FILL: &[Key] = &[
    TOTAL_TO_FILL,
    Key::required(
        "weight",
        Holds::Term,
        "what each amount rises by when the level rises by one; zero or above",
    ),
    Key::optional(
        "plus",
        Holds::Term,
        "what is added whatever the level; times = -1 takes it off",
    ),
    Key::optional(
        "min",
        Holds::Term,
        "no amount is below this; 0 unless stated",
    ),
    Key::optional("max", Holds::Term, "no amount is above this"),
    Key::optional(
        "step",
        Holds::Number,
        "amounts are rounded to the nearest multiple of this, and the level is the greatest at which they sum to no more than the total as rounded",
    ),
    BY,
    WHERE,
];

/// All kinds of indicator.
pub static KINDS: &[Kind] = &[
    Kind {
        word: "sum",
        says: "Adds its terms.",
        formula: "Σ terms",
        takes: Takes::Value(Holds::Terms),
        example: r#"sum = ["aged_65_74", { of = "aged_75_84", times = 2.5 }, 100]"#,
    },
    Kind {
        word: "product",
        says: "Multiplies its terms.",
        formula: "Π terms",
        takes: Takes::Value(Holds::Terms),
        example: r#"product = ["disabled_share", "people"]"#,
    },
    Kind {
        word: "ratio",
        says: "Divides the first term by the second.",
        formula: "a ÷ b",
        takes: Takes::Value(Holds::Pair(&Holds::Term)),
        example: r#"ratio = ["tax_base", "people"]"#,
    },
    Kind {
        word: "difference",
        says: "Takes the second term from the first.",
        formula: "a − b",
        takes: Takes::Value(Holds::Pair(&Holds::Term)),
        example: r#"difference = ["aged_65_plus", "aged_75_plus"]"#,
    },
    Kind {
        word: "power",
        says: "Raises x to a power.",
        formula: "x^exponent",
        takes: Takes::Table(&[OF, Key::required("exponent", Holds::Number, "the power")]),
        example: r#"power = { of = "density", exponent = 0.5 }"#,
    },
    Kind {
        word: "log",
        says: "The natural logarithm of x.",
        formula: "ln x",
        takes: Takes::Table(&[OF]),
        example: r#"log = "density""#,
    },
    Kind {
        word: "clamp",
        says: "Holds x between two limits.",
        formula: "min(max, max(min, x))",
        takes: Takes::Table(&[
            OF,
            Key::optional("min", Holds::Term, "least value"),
            Key::optional("max", Holds::Term, "greatest value"),
        ]),
        example: r#"clamp = { of = "fiscal_effort", min = 0, max = 1.3 }"#,
    },
    Kind {
        word: "excess_over",
        says: "What x is above a threshold, or 0.",
        formula: "max(0, x − threshold)",
        takes: Takes::Table(&[OF, Key::required("threshold", Holds::Term, "the threshold")]),
        example: r#"excess_over = { of = "potential_per_head", threshold = 468.15 }"#,
    },
    Kind {
        word: "above_lowest",
        says: "What x is above the lowest x of all, or of the group.",
        formula: "x − lowest x",
        takes: Takes::Table(&[
            OF,
            BY,
            WHERE,
            Key::optional(
                "lowest",
                Holds::Term,
                "the lowest, stated: for an authority worked out by itself",
            ),
        ]),
        example: r#"above_lowest = { of = "need_per_head", by = "class", where = { class = "district" }, lowest = 0.00194 }"#,
    },
    Kind {
        word: "round",
        says: "Rounds x to a multiple of a step; halves go up.",
        formula: "step × round(x ÷ step)",
        takes: Takes::Table(&[
            OF,
            Key::optional("step", Holds::Number, "the step; 1 unless stated"),
            Key::optional(
                "to",
                Holds::Word(&["nearest", "down", "up"]),
                "which multiple; the nearest unless stated",
            ),
        ]),
        example: r#"round = { of = "allocation", step = 1000, to = "nearest" }"#,
    },
    Kind {
        word: "total",
        says: "The sum of x over all authorities, or over the group, for each of them alike.",
        formula: "Σ x",
        takes: Takes::Table(&[OF, BY, WHERE]),
        example: r#"total = { of = "people", by = "region", where = { class = "county" } }"#,
    },
    Kind {
        word: "mean",
        says: "The mean of x over all authorities, or over the group, for each of them alike.",
        formula: "Σ weight × x ÷ Σ weight",
        takes: Takes::Table(&[OF, WEIGHT, BY, WHERE]),
        example: r#"mean = { of = "income_per_head", weight = "people", by = "region", where = { class = "county" } }"#,
    },
    Kind {
        word: "lowest",
        says: "The lowest x of all authorities, or of the group, for each of them alike.",
        formula: "min x",
        takes: Takes::Table(&[OF, BY, WHERE]),
        example: r#"lowest = { of = "need_per_head", by = "class", where = { people = { above = 0 } } }"#,
    },
    Kind {
        word: "highest",
        says: "The highest x of all authorities, or of the group, for each of them alike.",
        formula: "max x",
        takes: Takes::Table(&[OF, BY, WHERE]),
        example: r#"highest = { of = "per_student", by = "class", where = { tier = { equals = 3 } } }"#,
    },
    Kind {
        word: "count",
        says: "How many authorities there are, or there are in the group, for each of them alike.",
        formula: "number of authorities",
        takes: Takes::Table(&[BY, WHERE]),
        example: r#"count = { by = "group", where = { rank = { at_most = 700 } } }"#,
    },
    Kind {
        word: "share",
        says: "x divided by the sum of x.",
        formula: "x ÷ Σ x",
        takes: Takes::Table(&[
            OF,
            BY,
            WHERE,
            Key::optional(
                "total",
                Holds::Term,
                "the sum, stated: for an authority worked out by itself",
            ),
        ]),
        example: r#"share = { of = "t", by = "state", where = { class = "county" }, total = 0.28182146517103 }"#,
    },
    Kind {
        word: "index",
        says: "x divided by its mean.",
        formula: "x ÷ (Σ weight × x ÷ Σ weight)",
        takes: Takes::Table(&[
            OF,
            WEIGHT,
            BY,
            WHERE,
            Key::optional(
                "mean",
                Holds::Term,
                "the mean, stated: for an authority worked out by itself",
            ),
        ]),
        example: r#"index = { of = "rate", weight = "people", by = "class", where = { class = "county" }, mean = 0.12 }"#,
    },
    Kind {
        word: "z_score",
        says: "How many standard deviations x is above its mean.",
        formula: "(x − mean) ÷ standard deviation",
        takes: Takes::Table(&[OF, WEIGHT, BY, WHERE]),
        example: r#"z_score = { of = "unemployment", weight = "people", by = "class", where = { class = "county" } }"#,
    },
    Kind {
        word: "rank",
        says: "The place of x in order, 1 for the first; those that `where` leaves out stand after the last.",
        formula: "1 + number of authorities that stand before",
        takes: Takes::Table(&[
            OF,
            FIRST,
            BY,
            WHERE,
            Key::optional(
                "ties",
                Holds::Word(&["together", "by_code"]),
                "equal x share the better place, or stand in order of code; together unless stated",
            ),
        ]),
        example: r#"rank = { of = "synthetic_index", first = "highest", by = "group", where = { eligible = { equals = 1 } }, ties = "by_code" }"#,
    },
    Kind {
        word: "decile",
        says: "The tenth of the authorities that x is in, 1 for the first tenth; equal x are parted by code.",
        formula: "⌈10 × place ÷ number⌉",
        takes: Takes::Table(&[OF, FIRST, BY]),
        example: r#"decile = { of = "deprivation", first = "highest", by = "class" }"#,
    },
    Kind {
        word: "banded",
        says: "A value by the band that x is in.",
        formula: "the value, or a + b × x + c × x², of the first band whose limit x keeps",
        takes: Takes::Table(&[
            OF,
            Key::required("bands", Holds::Tables(&BAND), "bands from low to high"),
        ]),
        example: r#"banded = { of = "adequacy", bands = [{ below = "solved_ratio", value = 1 }, { up_to = 0.9, value = 2 }, { polynomial = [0.1, 2.0, -0.5] }] }"#,
    },
    Kind {
        word: "piecewise",
        says: "A tariff: straight lines between points, in x or in its logarithm.",
        formula: "y between the points either side of x",
        takes: Takes::Table(&[
            OF,
            Key::required(
                "points",
                Holds::List(&Holds::Pair(&Holds::Term)),
                "pairs [x, y] by rising x",
            ),
            Key::optional(
                "scale",
                Holds::Word(&["linear", "log"]),
                "whether lines are straight in x or in ln x; linear unless stated",
            ),
            Key::optional(
                "beyond",
                Holds::Word(&["flat", "extend"]),
                "beyond the outer points: their y, or the line goes on; flat unless stated",
            ),
        ]),
        example: r#"piecewise = { of = "people", points = [[500, 1], [200000, 2]], scale = "log", beyond = "flat" }"#,
    },
    Kind {
        word: "by_class",
        says: "A number for each class of authority.",
        formula: "the number of the authority's class",
        takes: Takes::Value(Holds::Map(&Holds::Term)),
        example: r#"by_class = { county = 0.88, district = 0.12 }"#,
    },
    Kind {
        word: "by_group",
        says: "A number for each group of a column of texts or numbers.",
        formula: "the number of the authority's group",
        takes: Takes::Table(&[
            Key::required("by", Holds::Group, "the column of groups"),
            Key::required(
                "values",
                Holds::Map(&Holds::Term),
                "a number for each group",
            ),
            Key::optional(
                "otherwise",
                Holds::Term,
                "the number of groups that are not named",
            ),
        ]),
        example: r#"by_group = { by = "band", values = { A = 0.95, B = 0.85 }, otherwise = 0.75 }"#,
    },
    Kind {
        word: "by_year",
        says: "A number for each year: that of the formula's `year`, or of the scenario's.",
        formula: "the year's number",
        takes: Takes::Value(Holds::Map(&Holds::Term)),
        example: r#"by_year = { "2026-27" = 0.5, "2027-28" = 1 }"#,
    },
    Kind {
        word: "when",
        says: "One term where conditions are met, another where not. Each is asked for only where it is chosen: a ratio named here may have no number elsewhere.",
        formula: "then, where the conditions are met; else otherwise",
        takes: Takes::Table(&[
            Key::required("where", Holds::Where, "the conditions"),
            Key::required("then", Holds::Term, "where they are met"),
            Key::optional(
                "otherwise",
                Holds::Term,
                "where they are not; 0 unless stated",
            ),
        ]),
        example: r#"when = { where = { rank = { at_most = "places" } }, then = "score", otherwise = 0 }"#,
    },
    Kind {
        word: "scale",
        says: "x made larger or smaller by one factor so that it sums to a total.",
        formula: "x × to ÷ Σ x",
        takes: Takes::Table(&[
            OF,
            Key::required(
                "to",
                Holds::Term,
                "the total; one number for the whole group",
            ),
            BY,
            WHERE,
            Key::optional(
                "only",
                Holds::Word(&["down", "up"]),
                "down: only where x sums to more (scaled back to a pot); up: only where to less",
            ),
        ]),
        example: r#"scale = { of = "claims", to = "pot", by = "group", where = { tier = { at_most = 2 } }, only = "down" }"#,
    },
    Kind {
        word: "fill",
        says: "Amounts that rise by one level, each within its limits, until they sum to a total.",
        formula: "min(max, max(min, level × weight + plus)), level such that they sum to total",
        takes: Takes::Table(FILL),
        example: r#"fill = { total = "pot", weight = "adequacy", plus = { of = "resources", times = -1 }, min = 0, max = "cap", step = 1, by = "group", where = { class = "unit" } }"#,
    },
    Kind {
        word: "level",
        says: "The level at which `fill` with the same keys sums to its total, for each authority of the group alike.",
        formula: "level, such that Σ min(max, max(min, level × weight + plus)) = total",
        takes: Takes::Table(FILL),
        example: r#"level = { total = "pot", weight = "adequacy", plus = { of = "resources", times = -1 }, min = 0, max = "cap", step = 1, by = "group", where = { class = "unit" } }"#,
    },
    Kind {
        word: "phase_in",
        says: "Part of the way from one term to another.",
        formula: "from + part × (to − from)",
        takes: Takes::Table(&[
            Key::required("from", Holds::Term, "where it starts"),
            Key::required("to", Holds::Term, "where it ends"),
            Key::required("part", Holds::Term, "how far: 0 = from, 1 = to"),
        ]),
        example: r#"phase_in = { from = "last_year", to = "target", part = "part_of_the_way" }"#,
    },
    Kind {
        word: "regional_mean_index",
        says: "The region's mean of x divided by the national mean of those regional means.",
        formula: "regional mean ÷ (Σ weight × regional mean ÷ Σ weight)",
        takes: Takes::Table(&[
            OF,
            Key::required("weight", Holds::Name, "weight of the means, such as people"),
            Key::optional(
                "leave_out",
                Holds::List(&Holds::Text),
                "codes whose own x does not enter the regional mean",
            ),
        ]),
        example: r#"regional_mean_index = { of = "pay", weight = "people", leave_out = ["E06000053"] }"#,
    },
    Kind {
        word: "principal_component",
        says: "The first principal component of several columns' z-scores; it rises with the first of them.",
        formula: "z-score of Σ loading × z-score (eigenvector of the correlation matrix)",
        takes: Takes::Value(Holds::List(&Holds::Name)),
        example: r#"principal_component = ["income", "employment", "health"]"#,
    },
    Kind {
        word: "factor",
        says: "The score on the one common factor of several columns, by maximum likelihood; it rises with the first of them.",
        formula: "z-score of Λ' Ψ⁻¹ z",
        takes: Takes::Value(Holds::List(&Holds::Name)),
        example: r#"factor = ["income", "employment", "health"]"#,
    },
];

/// The kind of a word.
pub fn kind_of_word(word: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.word == word)
}
