//! Rendering: results become tables, a summary, and charts. Nothing here is computed
//! that is not in the results; nothing here touches a file.

pub mod charts;
pub mod summary;
pub mod table;
pub mod tables;
