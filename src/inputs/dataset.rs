//! A checked table: authorities in code order, columns with their units, and a
//! record of every cell that a `missing` policy filled.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::authority_columns::{AuthorityColumns, KnownTexts};
use super::cell::{Cell, read_number, stands_for_number};
use super::csv_table::Row;
use super::descriptor::{Field, FieldKind, Missing, Roles};
use super::package::Package;
use super::register_checks::{check_codes, check_headings, check_roles, no_code_column};
use crate::findings::{Finding, Findings, Place, did_you_mean};
use crate::ids::{AuthorityCode, IndicatorName, Text};
use crate::register::{Authority, PerAuthority, Register};
use crate::units::Persons;

/// Least part of a column's filled cells that are numbers for it to count as a
/// column of numbers when nothing describes it: half of them.
const MOSTLY_NUMBERS: f64 = 0.5;

/// A table, checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Dataset {
    /// Short name.
    pub name: String,
    /// Name for readers.
    pub title: String,
    /// The table's file, as messages name it.
    pub file: String,
    /// Lines that whoever shows the figures must carry.
    pub attribution: Vec<String>,
    /// The authorities.
    pub register: Register,
    /// Columns of numbers.
    pub columns: BTreeMap<IndicatorName, Column>,
    /// Columns of text, for grouping and `where`.
    pub texts: BTreeMap<String, PerAuthority<Text>>,
    /// Columns that play a role.
    pub roles: Roles,
    /// Cells that were filled, and authorities left out.
    pub filled: Vec<Filled>,
    /// What a reader of results must be told about the columns used.
    pub caveats: Vec<String>,
}

impl Dataset {
    /// Units of its columns, in words.
    pub fn units(&self) -> impl Iterator<Item = &str> {
        self.columns.values().map(|column| column.unit.as_str())
    }
}

/// A column of numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Its cells.
    pub cells: PerAuthority<Cell>,
    /// Where it stands in the table, from 1.
    pub number: usize,
    /// Name for readers, if described.
    pub title: String,
    /// Unit, if described.
    pub unit: String,
    /// Year, if described.
    pub year: String,
    /// Source, if described.
    pub source: String,
}

/// A cell that the table leaves blank and a policy filled.
#[derive(Debug, Clone, PartialEq)]
pub struct Filled {
    /// Whose.
    pub code: AuthorityCode,
    /// Its name.
    pub name: String,
    /// Which column.
    pub column: String,
    /// With what; `None` where the authority was left out instead.
    pub value: Option<f64>,
    /// By which policy.
    pub policy: String,
    /// Why that is right, as the descriptor says.
    pub reason: String,
}

/// Checks a package and makes a dataset of it. `used` are the columns that
/// formulas and scenario name: only their blank cells need a policy. `None` where
/// not even the register can be made; with error findings the dataset may hold
/// [`Cell::Bad`] and is good only for finding more that is wrong.
pub fn load_dataset(
    package: Package,
    used: &BTreeSet<IndicatorName>,
    findings: &mut Findings,
) -> Option<Dataset> {
    check_headings(&package, findings);
    check_roles(&package, findings);
    let code_column = package
        .roles
        .code
        .as_deref()
        .and_then(|name| package.table.find(name));
    let Some(code_column) = code_column else {
        findings.push(no_code_column(&package.table));
        return None;
    };
    let rows = check_codes(&package, code_column, findings);
    if rows.is_empty() {
        return None;
    }
    Loader {
        package: &package,
        rows,
        code_column,
        used,
    }
    .load(findings)
}

struct Loader<'a> {
    package: &'a Package,
    rows: Vec<&'a Row>,
    code_column: usize,
    used: &'a BTreeSet<IndicatorName>,
}

impl<'a> Loader<'a> {
    fn load(mut self, findings: &mut Findings) -> Option<Dataset> {
        let code_column = self.code_column;
        self.rows
            .sort_by(|a, b| a.cells[code_column].trim().cmp(b.cells[code_column].trim()));
        // Columns side by side, what is found in them in their order.
        let columns: Vec<(Option<Vec<Cell>>, Findings)> = (0..self.package.table.header.len())
            .into_par_iter()
            .map(|index| {
                let mut found = Findings::new();
                let cells = if self.is_numeric(index) {
                    Some(self.read_numbers(index, &mut found))
                } else {
                    self.check_texts(index, &mut found);
                    None
                };
                (cells, found)
            })
            .collect();
        let mut numbers: BTreeMap<usize, Vec<Cell>> = BTreeMap::new();
        for (index, (cells, found)) in columns.into_iter().enumerate() {
            findings.append(found);
            if let Some(cells) = cells {
                numbers.insert(index, cells);
            }
        }
        let mut filled = Vec::new();
        let excluded = self.fill_blanks(&mut numbers, &mut filled, findings);
        let keep: Vec<usize> = (0..self.rows.len())
            .filter(|row| !excluded.contains(row))
            .collect();
        let authorities = keep.par_iter().map_init(
            || AuthorityColumns::of(self.package, &numbers),
            |columns, &row| self.authority(row, columns),
        );
        let register = Register::new(authorities.collect()).ok()?;
        Some(self.assemble(register, &keep, &numbers, filled))
    }

    fn assemble(
        &self,
        register: Register,
        keep: &[usize],
        numbers: &BTreeMap<usize, Vec<Cell>>,
        filled: Vec<Filled>,
    ) -> Dataset {
        let table = &self.package.table;
        let described = self.package.schema.by_name();
        let columns = numbers
            .par_iter()
            .map(|(&index, cells)| {
                let heading = &table.header[index];
                let field = described.get(heading.as_str());
                let column = Column {
                    cells: register.column(|at, _| cells[keep[at.index()]]),
                    number: index + 1,
                    title: field.map_or_else(String::new, |f| f.title.clone()),
                    unit: field.map_or_else(String::new, |f| f.unit.clone()),
                    year: field.map_or_else(String::new, |f| match &f.year {
                        serde_json::Value::String(text) => text.clone(),
                        serde_json::Value::Null => String::new(),
                        other => other.to_string(),
                    }),
                    source: field.map_or_else(String::new, |f| f.source.clone()),
                };
                (IndicatorName::new(heading), column)
            })
            .collect();
        let texts = (0..table.header.len())
            .into_par_iter()
            .filter(|index| !numbers.contains_key(index))
            .map(|index| {
                let mut known = KnownTexts::default();
                let column = register.column(|at, authority| {
                    let cell = self.rows[keep[at.index()]].cells[index].trim();
                    match cell {
                        _ if *cell == *authority.code.as_str() => authority.code.text().clone(),
                        _ if *cell == *authority.name => authority.name.clone(),
                        _ => known.share(cell),
                    }
                });
                (table.header[index].clone(), column)
            })
            .collect();
        let mut caveats: Vec<String> = Vec::new();
        for field in &self.package.schema.fields {
            let is_used = self.used.contains(&IndicatorName::new(&field.name));
            if is_used && !field.caveat.is_empty() && !caveats.contains(&field.caveat) {
                caveats.push(field.caveat.clone());
            }
        }
        Dataset {
            caveats,
            name: self.package.name.clone(),
            title: self.package.title.clone(),
            file: table.file.clone(),
            attribution: self.package.attribution.clone(),
            register,
            columns,
            texts,
            roles: self.package.roles.clone(),
            filled,
        }
    }

    fn code<'r>(&self, row: &'r Row) -> &'r str {
        row.cells[self.code_column].trim()
    }

    fn field(&self, index: usize) -> Option<&Field> {
        let heading = &self.package.table.header[index];
        self.package
            .schema
            .fields
            .iter()
            .find(|field| &field.name == heading)
    }

    fn label(&self, row: usize) -> String {
        let row = self.rows[row];
        let name = self
            .package
            .roles
            .name
            .as_deref()
            .and_then(|name| self.package.table.find(name))
            .map_or("", |index| row.cells[index].trim());
        if name.is_empty() || name == self.code(row) {
            self.code(row).to_string()
        } else {
            format!("{} {name}", self.code(row))
        }
    }

    fn place(&self, row: usize, column: usize) -> Place {
        self.package
            .table
            .place(self.rows[row].line, column)
            .authority(self.label(row))
    }

    /// A described column is what its descriptor says. An undescribed one is of
    /// numbers if a formula uses it as such and no cell is plain text, or if most
    /// of its filled cells are numbers.
    fn is_numeric(&self, index: usize) -> bool {
        let heading = self.package.table.header[index].as_str();
        let roles = &self.package.roles;
        let text_roles = [
            &roles.code,
            &roles.name,
            &roles.class,
            &roles.region,
            &roles.reporting_region,
            &roles.left_out_of_rankings,
        ];
        if text_roles
            .iter()
            .any(|role| role.as_deref() == Some(heading))
        {
            return false;
        }
        if let Some(field) = self.field(index) {
            return field.kind.is_numeric();
        }
        let number_roles = [&roles.population, &roles.deprivation, &roles.tax_base];
        if number_roles
            .iter()
            .any(|role| role.as_deref() == Some(heading))
        {
            return true;
        }
        let filled = self
            .rows
            .iter()
            .map(|row| row.cells[index].trim())
            .filter(|cell| !cell.is_empty());
        let (mut all, mut numbers) = (0_u32, 0_u32);
        for cell in filled {
            all += 1;
            // Markers and separators count: they stand where a number should.
            numbers += u32::from(stands_for_number(cell));
        }
        f64::from(numbers) > f64::from(all) * MOSTLY_NUMBERS
    }

    fn read_numbers(&self, index: usize, findings: &mut Findings) -> Vec<Cell> {
        let field = self.field(index);
        let heading = self.package.table.header[index].as_str();
        let is_population = self.package.roles.population.as_deref() == Some(heading);
        (0..self.rows.len())
            .map(|row| {
                let text = &self.rows[row].cells[index];
                match read_number(text) {
                    Ok(Cell::Value(value)) if is_population && value < 0.0 => {
                        findings.push(
                            Finding::error("negative-population", self.place(row, index))
                                .found(text.trim())
                                .expected("zero people or more")
                                .why("need and £ per head are counted by people")
                                .remedy("mend the cell"),
                        );
                        Cell::Bad
                    }
                    Ok(cell) => {
                        let broken = field.and_then(|field| broken_constraint(field, cell));
                        if let Some(expected) = broken {
                            findings.push(
                                Finding::error("out-of-range", self.place(row, index))
                                    .found(if text.trim().is_empty() {
                                        "an empty cell".to_string()
                                    } else {
                                        text.trim().to_string()
                                    })
                                    .expected(expected)
                                    .remedy("mend the cell, or the column's constraints in datapackage.json"),
                            );
                            Cell::Bad
                        } else {
                            cell
                        }
                    }
                    Err(reason) => {
                        let unit = field.map_or("", |field| field.unit.as_str());
                        let per_cent = text.trim().strip_suffix('%').map(str::trim);
                        let remedy = match per_cent {
                            Some(number) if unit.contains("per cent") => format!("write {number}"),
                            _ => reason.remedy,
                        };
                        findings.push(
                            Finding::error(reason.code, self.place(row, index))
                                .found(format!("`{}`, {}", text.trim(), reason.what))
                                .expected(number_in_unit(unit))
                                .why("a figure that cannot be read is never guessed")
                                .remedy(remedy),
                        );
                        Cell::Bad
                    }
                }
            })
            .collect()
    }

    /// Texts against their constraints: allowed values, `true` or `false`.
    fn check_texts(&self, index: usize, findings: &mut Findings) {
        let Some(field) = self.field(index) else {
            return;
        };
        if index == self.code_column {
            return;
        }
        let allowed: Option<Vec<&str>> = match (&field.constraints.values, field.kind) {
            (Some(values), _) => Some(values.iter().filter_map(|v| v.as_str()).collect()),
            (None, FieldKind::Boolean) => Some(vec!["true", "false"]),
            _ => None,
        };
        for row in 0..self.rows.len() {
            let text = self.rows[row].cells[index].trim();
            if text.is_empty() {
                if field.constraints.required {
                    findings.push(
                        Finding::error("blank-cell", self.place(row, index))
                            .found("an empty cell")
                            .expected("a value in every row")
                            .remedy("fill the cell"),
                    );
                }
            } else if let Some(allowed) = &allowed
                && !allowed.contains(&text)
            {
                findings.push(
                    Finding::error("not-an-allowed-value", self.place(row, index))
                        .found(format!("`{text}`"))
                        .expected("one of the values that datapackage.json allows")
                        .remedy(did_you_mean(text, allowed.iter().copied())),
                );
            }
        }
    }

    fn authority(&self, row: usize, columns: &mut AuthorityColumns<'a, '_>) -> Authority {
        let cells = &self.rows[row].cells;
        let text = |column: Option<usize>| {
            let cell = cells[column?].trim();
            (!cell.is_empty()).then_some(cell)
        };
        let mut shared = |column: Option<usize>| Some(columns.texts.share(text(column)?));
        let region = shared(columns.region);
        let class = shared(columns.class);
        let reporting_region = shared(columns.reporting_region).or_else(|| region.clone());
        let code = AuthorityCode::new(self.code(self.rows[row]));
        Authority {
            name: match text(columns.name) {
                Some(name) if name != code.as_str() => name.into(),
                _ => code.text().clone(),
            },
            code,
            class,
            reporting_region,
            region,
            population: columns.population.and_then(|cells| match cells[row] {
                Cell::Value(value) => Some(Persons(value)),
                Cell::Blank | Cell::Bad => None,
            }),
            left_out_of_rankings: text(columns.left_out_of_rankings) == Some("true"),
            line: self.rows[row].line,
        }
    }

    /// Applies `missing` policies to blank cells of used columns; gives the rows of
    /// authorities to be left out.
    fn fill_blanks(
        &self,
        numbers: &mut BTreeMap<usize, Vec<Cell>>,
        filled: &mut Vec<Filled>,
        findings: &mut Findings,
    ) -> BTreeSet<usize> {
        let mut excluded = BTreeSet::new();
        if self.package.schema.fields.is_empty() {
            return excluded;
        }
        let has_blanks = |cells: &Vec<Cell>| cells.contains(&Cell::Blank);
        if !numbers.values().any(has_blanks) {
            return excluded;
        }
        let before = numbers.clone();
        for (&index, cells) in numbers.iter_mut() {
            let heading = &self.package.table.header[index];
            let Some(field) = self.field(index) else {
                continue;
            };
            if !self.used.contains(&IndicatorName::new(heading)) {
                continue;
            }
            for (row, cell) in cells.iter_mut().enumerate() {
                if *cell != Cell::Blank {
                    continue;
                }
                let (value, policy, reason) = match &field.missing {
                    Missing::Stop => continue,
                    Missing::UseColumn { column, reason } => (
                        self.other_cell(&before, column, row),
                        format!("use_column {column}"),
                        reason,
                    ),
                    Missing::UseRegionMeanRate {
                        denominator,
                        reason,
                    } => (
                        self.region_rate(&before, index, denominator, row),
                        format!("use_region_mean_rate per {denominator}"),
                        reason,
                    ),
                    Missing::ExcludeAuthority { reason } => {
                        findings.push(
                            Finding::warning("authority-left-out", self.place(row, index))
                                .found("an empty cell, for which datapackage.json says exclude_authority")
                                .why("this authority gets nothing, and the whole sum is shared among the others")
                                .remedy("fill the cell, if it is to have its share"),
                        );
                        excluded.insert(row);
                        (None, "exclude_authority".to_string(), reason)
                    }
                };
                if value.is_none() && !excluded.contains(&row) {
                    findings.push(
                        Finding::error("cannot-fill", self.place(row, index))
                            .found(format!("an empty cell that `{policy}` cannot fill"))
                            .expected("a number there for this authority or its region")
                            .remedy("fill one of the two cells"),
                    );
                    *cell = Cell::Bad;
                    continue;
                }
                *cell = value.map_or(Cell::Blank, Cell::Value);
                let code = self.code(self.rows[row]).to_string();
                filled.push(Filled {
                    name: self
                        .label(row)
                        .trim_start_matches(&code)
                        .trim_start()
                        .to_string(),
                    code: AuthorityCode::new(code),
                    column: heading.clone(),
                    value,
                    policy,
                    reason: reason.clone(),
                });
            }
        }
        filled.sort_by(|a, b| (&a.code, &a.column).cmp(&(&b.code, &b.column)));
        excluded
    }

    fn other_cell(
        &self,
        numbers: &BTreeMap<usize, Vec<Cell>>,
        column: &str,
        row: usize,
    ) -> Option<f64> {
        match numbers.get(&self.package.table.find(column)?)?[row] {
            Cell::Value(value) => Some(value),
            Cell::Blank | Cell::Bad => None,
        }
    }

    fn region_rate(
        &self,
        numbers: &BTreeMap<usize, Vec<Cell>>,
        index: usize,
        denominator: &str,
        row: usize,
    ) -> Option<f64> {
        let region = self
            .package
            .table
            .find(self.package.roles.region.as_deref()?)?;
        let here = self.rows[row].cells[region].trim();
        let (mut above, mut below) = (0.0, 0.0);
        for other in 0..self.rows.len() {
            if self.rows[other].cells[region].trim() != here {
                continue;
            }
            if let (Cell::Value(value), Some(weight)) = (
                numbers[&index][other],
                self.other_cell(numbers, denominator, other),
            ) {
                above += value;
                below += weight;
            }
        }
        let own = self.other_cell(numbers, denominator, row)?;
        (below > 0.0).then(|| own * above / below)
    }
}

/// `a number: people`, or `a number` where the unit is not known.
pub fn number_in_unit(unit: &str) -> String {
    match unit {
        "" => "a number".to_string(),
        _ => format!("a number: {unit}"),
    }
}

/// What a number breaks of its column's constraints, as what was expected.
fn broken_constraint(field: &Field, cell: Cell) -> Option<String> {
    let Cell::Value(value) = cell else {
        return (cell == Cell::Blank && field.constraints.required)
            .then(|| "a number in every row".to_string());
    };
    if let Some(minimum) = field.constraints.minimum
        && value < minimum
    {
        return Some(format!("{minimum} or more"));
    }
    if let Some(maximum) = field.constraints.maximum
        && value > maximum
    {
        return Some(format!("{maximum} or less"));
    }
    (field.kind == FieldKind::Integer && value.fract() != 0.0).then(|| "a whole number".to_string())
}
