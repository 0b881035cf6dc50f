//! stub
#![allow(missing_docs)]
use crate::results::FormulaResult;
use crate::study::Study;
pub struct ChartKind;
impl ChartKind {
    pub fn parse_list(_: &str) -> Result<Vec<Self>, String> {
        Ok(Vec::new())
    }
}
pub fn draw(_: &Study, _: &FormulaResult, _: &[ChartKind]) -> Vec<(String, Vec<u8>)> {
    Vec::new()
}
