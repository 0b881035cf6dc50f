//! The tables of a formula file besides indicators: their keys and what they mean.

use super::guarantee::GuaranteeKind;
use super::objective::Objective;
use super::read_indicator::INDICATOR;
use crate::inputs::grammar::{Holds, Key, Table};

const NUMBER_OR_NUMBERS_BY_CLASS: Holds = Holds::Map(&Holds::Share);
const MONEY_OR_POUNDS_BY_GROUP: Holds = Holds::AnyOf(&[Holds::Money, Holds::Map(&Holds::Number)]);

/// A formula file.
pub static FORMULA: Table = Table {
    name: "formula",
    says: "A formula: how need is measured, how own resources count, and which guarantees and objective share the quantum.",
    annotated: true,
    keys: &[
        Key::required("title", Holds::Text, "a name for readers"),
        Key::required("summary", Holds::Text, "one sentence a minister could read"),
        Key::required(
            "kind",
            Holds::Word(&["official", "reconstructed", "illustrative", "our-judgement"]),
            "how far it is somebody's policy",
        ),
        Key::optional(
            "dataset",
            Holds::Text,
            "the built-in data it is for; or [data]",
        ),
        Key::optional(
            "data",
            Holds::Table(&DATA),
            "a table of the formula's own, instead of `dataset`",
        ),
        Key::optional(
            "year",
            Holds::Text,
            "the year it is for, such as \"2026-27\": what `by_year` picks",
        ),
        Key::optional(
            "compare_by_default",
            Holds::Flag,
            "whether bare `compare` runs it (built-in formulas)",
        ),
        Key::optional(
            "indicator",
            Holds::Tables(&INDICATOR),
            "numbers made from columns, step by step",
        ),
        Key::optional(
            "service",
            Holds::Tables(&SERVICE),
            "parts of the quantum with needs formulas of their own",
        ),
        Key::optional(
            "own_resources",
            Holds::Table(&OWN_RESOURCES),
            "what authorities can raise themselves; without it need alone decides",
        ),
        Key::optional(
            "reproduces",
            Holds::Tables(&REPRODUCES),
            "published results that its own are held against",
        ),
        Key::required(
            "allocation",
            Holds::Table(&ALLOCATION),
            "how the quantum is shared",
        ),
    ],
};

/// `[[reproduces]]`.
pub static REPRODUCES: Table = Table {
    name: "reproduces",
    says: "Published results that the formula's own are held against, authority by authority.",
    annotated: true,
    keys: &[
        Key::required(
            "what",
            Holds::Name,
            "an indicator, \"amount\" or \"need_share\"",
        ),
        Key::required(
            "official",
            Holds::AnyOf(&[Holds::Name, Holds::Map(&Holds::Number)]),
            "the column of published results, or a number for each code",
        ),
        Key::required(
            "within",
            Holds::Number,
            "the greatest difference that counts as a match, in its unit",
        ),
        Key::optional(
            "except",
            Holds::Map(&Holds::Text),
            "codes of authorities known to differ, each with why",
        ),
    ],
};

/// `[data]`.
pub static DATA: Table = Table {
    name: "data",
    says: "A table of the formula's own, and which columns play which roles.",
    annotated: true,
    keys: &[
        Key::required(
            "table",
            Holds::Text,
            "a CSV file or a package folder, relative to this file",
        ),
        Key::optional("code", Holds::Text, "the column of codes; one row for each"),
        Key::optional("name", Holds::Text, "the column of names"),
        Key::optional("class", Holds::Text, "the column of kinds of authority"),
        Key::optional("region", Holds::Text, "the column of regions"),
        Key::optional(
            "reporting_region",
            Holds::Text,
            "regions as results are reported",
        ),
        Key::optional("population", Holds::Text, "the column of residents"),
        Key::optional(
            "deprivation",
            Holds::Text,
            "the column of deprivation, higher is more deprived",
        ),
        Key::optional("tax_base", Holds::Text, "the column of the tax base"),
        Key::optional(
            "older_people",
            Holds::Text,
            "the column of residents of 65 and over, a count: for results by age",
        ),
        Key::optional(
            "rural_share",
            Holds::Text,
            "the column of the share of residents in rural areas: for results by rurality",
        ),
        Key::optional(
            "left_out_of_rankings",
            Holds::Text,
            "true for authorities too small for rankings per head",
        ),
    ],
};

/// `[[service]]`.
pub static SERVICE: Table = Table {
    name: "service",
    says: "A part of the quantum. Score = clients × (basic + Σ amount × index) × area cost adjustment, or a score of its own × area cost adjustment; need share = score ÷ Σ score.",
    annotated: true,
    keys: &[
        Key::required("name", Holds::Text, "its name"),
        Key::optional(
            "quantum_share",
            Holds::Share,
            "its part of the quantum; the parts sum to 1; 1 unless stated",
        ),
        Key::optional(
            "control_total",
            Holds::Number,
            "instead of a part: its pounds; every service then states pounds",
        ),
        Key::optional("clients", Holds::Name, "who may need it"),
        Key::optional("basic", Holds::Number, "need per client before top-ups"),
        Key::optional(
            "top_up",
            Holds::Tables(&TOP_UP),
            "what deprivation and other needs add per client",
        ),
        Key::optional(
            "score",
            Holds::Name,
            "instead of clients, basic and top_up: relative need as a column or indicator has it",
        ),
        Key::optional(
            "area_cost",
            Holds::Tables(&AREA_COST),
            "components of local costs",
        ),
        Key::optional(
            "area_cost_form",
            Holds::Word(&["sum", "product"]),
            "sum: 1 − Σ weight + Σ weight × index, components being parts of one budget; product: Π (1 − weight + weight × index); sum unless stated",
        ),
    ],
};

/// A top-up of a service.
pub static TOP_UP: Table = Table {
    name: "top_up",
    says: "amount × index, where index = the indicator ÷ its client-weighted mean.",
    annotated: true,
    keys: &[
        Key::required("index", Holds::Name, "the indicator"),
        Key::required("amount", Holds::Number, "its amount per client at the mean"),
    ],
};

/// A component of local costs.
pub static AREA_COST: Table = Table {
    name: "area_cost",
    says: "A component of local costs.",
    annotated: true,
    keys: &[
        Key::required(
            "index",
            Holds::Name,
            "an index of local costs, 1 where they are the national mean",
        ),
        Key::required(
            "weight",
            Holds::Share,
            "the part of costs that varies with it",
        ),
    ],
};

/// `[own_resources]`.
pub static OWN_RESOURCES: Table = Table {
    name: "own_resources",
    says: "What authorities can raise themselves: in money, or (base − support) × collection rate × notional rate × tier share × share for services × equalisation.",
    annotated: true,
    keys: &[
        Key::optional(
            "amount",
            Holds::AnyOf(&[Holds::Name, Holds::Table(&SUM)]),
            "own resources in money, instead of base and rate",
        ),
        Key::optional("base", Holds::Name, "the tax base"),
        Key::optional(
            "support",
            Holds::Name,
            "what support for taxpayers takes off the base, in its unit",
        ),
        Key::optional(
            "collection_rate",
            Holds::Share,
            "the part of the tax that is collected; 1 unless stated",
        ),
        Key::optional(
            "notional_rate",
            Holds::AnyOf(&[Holds::Number, Holds::Table(&NATIONAL_RATE)]),
            "pounds per unit of base, or the national average",
        ),
        Key::optional(
            "tier_share",
            NUMBER_OR_NUMBERS_BY_CLASS,
            "the part of an area's tax that goes to each class of authority, where there are several tiers",
        ),
        Key::optional(
            "share_for_services",
            Holds::Share,
            "these services' part of what the tax pays for; 1 unless stated",
        ),
        Key::optional(
            "equalisation",
            Holds::Share,
            "0 = own resources are ignored, 1 = counted in full; 1 unless stated",
        ),
    ],
};

/// `{ total = "column" }`.
pub static NATIONAL_RATE: Table = Table {
    name: "national_rate",
    says: "The national average rate: a column's total ÷ the base's total.",
    annotated: true,
    keys: &[Key::required("total", Holds::Name, "what the tax raises")],
};

/// `{ sum = [...] }`.
pub static SUM: Table = Table {
    name: "sum",
    says: "A sum of terms.",
    annotated: true,
    keys: &[Key::required("sum", Holds::Terms, "what is added")],
};

/// `[allocation]`.
pub static ALLOCATION: Table = Table {
    name: "allocation",
    says: "How the quantum is shared.",
    annotated: true,
    keys: &[
        Key::required(
            "quantum",
            Holds::AnyOf(&[
                Holds::Word(&["spending", "spending_less_own_resources", "control_totals"]),
                Holds::Name,
                Holds::Number,
                Holds::Table(&SUM),
            ]),
            "the sum to be shared: the scenario's spending, that less all own resources, the sum of the services' control totals, an indicator that is one number, pounds, or a sum of columns over all authorities; rounded to a whole pound",
        ),
        Key::optional(
            "need",
            Holds::AnyOf(&[Holds::Name, Holds::Table(&SUM)]),
            "relative need, instead of services; negative counts as 0",
        ),
        Key::optional(
            "target",
            Holds::AnyOf(&[Holds::Name, Holds::Table(&SUM)]),
            "targets in money, instead of services, never rescaled to the quantum",
        ),
        Key::optional(
            "objective",
            Holds::Table(&OBJECTIVE),
            "how it is shared within the guarantees; level_up unless stated",
        ),
        Key::optional(
            "guarantee",
            Holds::Tables(&GUARANTEE),
            "what policy makers promise",
        ),
        Key::optional(
            "services",
            Holds::Word(&["together", "apart"]),
            "whether each service has a total of its own; together unless stated",
        ),
        Key::optional(
            "on_clash",
            Holds::Word(&["stop", "relax"]),
            "where guarantees cannot hold together: say why and stop, or loosen those with a `priority`, the greatest number first",
        ),
    ],
};

/// `objective = { … }`.
pub static OBJECTIVE: Table = Table {
    name: "objective",
    says: "How the quantum is shared within the guarantees; each has one answer.",
    annotated: true,
    keys: &[
        Key::required("kind", Holds::Word(&Objective::WORDS), "which objective"),
        Key::optional(
            "weight",
            Holds::Name,
            "least_deviation, least_squares: weight of each authority",
        ),
        Key::optional(
            "of",
            Holds::Money,
            "equal_change, least_turnover: the baseline",
        ),
        Key::optional(
            "on",
            Holds::Word(&["amount", "funding"]),
            "least_turnover: what the baseline is about",
        ),
        Key::optional("base", Holds::Name, "by_tax_base: the tax base"),
        Key::optional(
            "claim",
            Holds::Money,
            "the rules of the bankruptcy literature: what each authority claims",
        ),
    ],
};

/// `[[allocation.guarantee]]`.
pub static GUARANTEE: Table = Table {
    name: "guarantee",
    says: "A constraint that a policy maker states. Lower bounds are rounded up to whole pounds, upper bounds down.",
    annotated: true,
    keys: &[
        Key::required("name", Holds::Text, "its name, as results show it"),
        Key::required(
            "kind",
            Holds::Word(&GuaranteeKind::WORDS),
            "what it promises",
        ),
        Key::optional(
            "where",
            Holds::Where,
            "only authorities that meet these conditions",
        ),
        Key::optional(
            "service",
            Holds::List(&Holds::Text),
            "only these services' amounts, where services are apart",
        ),
        Key::optional(
            "priority",
            Holds::Number,
            "with on_clash = \"relax\": the greatest number gives way first",
        ),
        Key::optional(
            "funded",
            Holds::Word(&["outside", "quantum"]),
            "outside: paid from outside the quantum",
        ),
        Key::optional(
            "of",
            Holds::Money,
            "a column, a baseline, { sum = […] } or { formula = \"…\" }",
        ),
        Key::optional(
            "rate",
            Holds::Number,
            "the part of `of`, of the need amount, or the distance",
        ),
        Key::optional(
            "amount",
            Holds::Number,
            "pounds, or pounds per resident or client",
        ),
        Key::optional(
            "on",
            Holds::Word(&[
                "amount",
                "funding",
                "amount_per_head",
                "funding_per_head",
                "coverage",
                "distance_from_target",
                "change",
                "amount_change",
            ]),
            "what is bounded; the amount unless stated",
        ),
        Key::optional(
            "of_average",
            Holds::Number,
            "minimum_per_head: a part of the quantum per head",
        ),
        Key::optional(
            "clients",
            Holds::Name,
            "minimum_per_person_in_need: who is counted",
        ),
        Key::optional(
            "share",
            Holds::Number,
            "minimum_share, ring_fence, top_slice: a part of the quantum",
        ),
        Key::optional(
            "by",
            Holds::Group,
            "the column of groups, or the number that picks a band",
        ),
        Key::optional(
            "bands",
            Holds::Tables(&RATE_BAND),
            "hold_harmless: rates by the band of `by`",
        ),
        Key::optional(
            "reference",
            MONEY_OR_POUNDS_BY_GROUP,
            "group_band: what each group's total is held near",
        ),
        Key::optional(
            "lower",
            Holds::Number,
            "group_band: least part of the reference",
        ),
        Key::optional(
            "upper",
            Holds::Number,
            "group_band: greatest part of the reference",
        ),
        Key::optional(
            "down",
            Holds::Number,
            "pace_of_change: greatest fall, as a part",
        ),
        Key::optional(
            "up",
            Holds::Number,
            "pace_of_change: greatest rise, as a part",
        ),
    ],
};

/// A band of `hold_harmless`.
pub static RATE_BAND: Table = Table {
    name: "rate_band",
    says: "A rate for the numbers of a band.",
    annotated: true,
    keys: &[
        Key::optional(
            "below",
            Holds::Number,
            "numbers below this; none on the last band",
        ),
        Key::required("rate", Holds::Number, "the part that is held"),
    ],
};
