//! What was checked, how many numbers, and what does not hold.

/// What is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Check {
    /// Money is in whole pounds, numbers are numbers.
    Numbers,
    /// Every authority has its rows in every table.
    Rows,
    /// Columns of the program add up to what run.json says.
    ControlTotals,
    /// Amounts sum to the quantum, services to amounts.
    Quantum,
    /// Amounts are within their bounds.
    Bounds,
    /// Totals of groups are within theirs.
    Groups,
    /// Amounts are what levels give.
    Levels,
    /// Levels differ only where a bound holds a group.
    Sides,
    /// Nothing better is possible, for objectives that are a sum.
    Optimum,
    /// Whole pounds by the largest remainder.
    Rounding,
    /// Need shares.
    NeedShares,
    /// Need amounts and targets.
    Targets,
    /// Funding, coverage and distances.
    Funding,
    /// Changes and outcomes.
    Changes,
    /// What binds.
    Binding,
    /// Files that the program carries.
    Inputs,
}

impl Check {
    /// All, in the order shown.
    pub const ALL: [Self; 16] = [
        Self::Numbers,
        Self::Rows,
        Self::ControlTotals,
        Self::Quantum,
        Self::Bounds,
        Self::Groups,
        Self::Levels,
        Self::Sides,
        Self::Optimum,
        Self::Rounding,
        Self::NeedShares,
        Self::Targets,
        Self::Funding,
        Self::Changes,
        Self::Binding,
        Self::Inputs,
    ];

    /// Its stable name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Numbers => "numbers",
            Self::Rows => "rows",
            Self::ControlTotals => "control-totals",
            Self::Quantum => "quantum",
            Self::Bounds => "bounds",
            Self::Groups => "groups",
            Self::Levels => "levels",
            Self::Sides => "sides",
            Self::Optimum => "optimum",
            Self::Rounding => "rounding",
            Self::NeedShares => "need-shares",
            Self::Targets => "targets",
            Self::Funding => "funding",
            Self::Changes => "changes",
            Self::Binding => "binding",
            Self::Inputs => "inputs",
        }
    }

    /// What holds if nothing fails.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Numbers => "money is in whole pounds",
            Self::Rows => "every authority has its rows",
            Self::ControlTotals => "columns of the program add up",
            Self::Quantum => "amounts sum to the quantum",
            Self::Bounds => "every amount is within its bounds",
            Self::Groups => "every group's total is within its bounds",
            Self::Levels => "every amount is what its level gives, to the pound",
            Self::Sides => "levels differ only where a bound holds a group",
            Self::Optimum => "no smaller sum is possible",
            Self::Rounding => "the largest remainders got the last pounds",
            Self::NeedShares => "need shares sum to 1",
            Self::Targets => "need amount − own resources = target",
            Self::Funding => "amount + own resources + outside = funding, and its ratios",
            Self::Changes => "funding − baseline = change, and its outcome",
            Self::Binding => "what binds is at its bound",
            Self::Inputs => "built-in inputs are this program's own",
        }
    }
}

/// Something that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Which check.
    pub check: Check,
    /// Formula; empty for what is about the whole run.
    pub formula: String,
    /// Authority, group or file.
    pub subject: String,
    /// What is there and what should be, in pounds.
    pub what: String,
}

/// What a verification found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// Formulas of the run.
    pub formulas: usize,
    /// Authorities of the run.
    pub authorities: usize,
    /// Inputs that the program does not carry, whose bytes are not here to compare.
    pub other_inputs: usize,
    /// How many numbers were held to each check, in the order of [`Check::ALL`].
    counts: [usize; Check::ALL.len()],
    /// What does not hold.
    pub faults: Vec<Fault>,
}

impl Report {
    /// Whether everything holds.
    pub fn holds(&self) -> bool {
        self.faults.is_empty()
    }

    /// Numbers held to a check.
    pub fn numbers(&self, check: Check) -> usize {
        self.counts[check as usize]
    }

    /// Numbers held to all checks.
    pub fn all_numbers(&self) -> usize {
        self.counts.iter().sum()
    }

    /// What fails a check.
    pub fn faults_of(&self, check: Check) -> impl Iterator<Item = &Fault> {
        self.faults.iter().filter(move |fault| fault.check == check)
    }
}

/// A report under way, about one formula at a time.
pub(super) struct Ledger {
    pub report: Report,
    /// The formula that is looked at.
    pub formula: String,
}

impl Ledger {
    pub(super) fn new() -> Self {
        Self {
            report: Report::default(),
            formula: String::new(),
        }
    }

    /// Counts a number, and notes what is wrong with it.
    pub(super) fn hold(
        &mut self,
        check: Check,
        holds: bool,
        fault: impl FnOnce() -> (String, String),
    ) -> bool {
        self.report.counts[check as usize] += 1;
        if !holds {
            let (subject, what) = fault();
            self.report.faults.push(Fault {
                check,
                formula: self.formula.clone(),
                subject,
                what,
            });
        }
        holds
    }

    pub(super) fn fault(&mut self, check: Check, subject: &str, what: impl Into<String>) {
        let what = what.into();
        self.hold(check, false, || (subject.to_string(), what));
    }
}

/// `£1,234`, of whole pounds.
pub(super) fn pounds(sum: i128) -> String {
    match i64::try_from(sum) {
        Ok(sum) => crate::units::Pounds(sum).to_string(),
        Err(_) => format!("£{sum}"),
    }
}
