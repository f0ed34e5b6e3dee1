//! Tables of Markdown, and their places in PERFORMANCE.md.

use std::fmt::Write as _;
use std::fs;

use crate::Result;
use crate::budgets::{Against, SERVER};
use crate::requests::{Cost, Measured};
use crate::server;

const CASES: [(&str, &str); 19] = [
    ("hello", "hello, `Json`"),
    ("hello_tagged", "hello, `ApiResponse` with its `ETag`"),
    ("trivia", "`/trivia/42`, an integer"),
    ("trivia_refused", "`/trivia/many`: 400"),
    ("post", "typed JSON, `ApiRequest` and `ApiResponse`"),
    ("post_json", "typed JSON, axum's `Json`"),
    ("query", "two query parameters"),
    ("catch_all", "catch-all of three segments"),
    ("missing", "404"),
    ("wrong_method", "405"),
    ("mebibyte", "body of 1 MiB"),
    ("cookies", "one of four cookies"),
    ("plain", "cookies and a query, no argument"),
    ("unread", "… which the function could read"),
    ("read", "… and reads, one of each"),
    ("stream", "stream of three pieces"),
    ("json_1", "JSON, 1 kB"),
    ("json_10", "JSON, 10 kB"),
    ("json_100", "JSON, 100 kB"),
];

fn cost(measured: &Measured, way: &str, case: &str) -> Option<Cost> {
    measured.get(&(way.to_owned(), case.to_owned())).copied()
}

pub fn requests(measured: &Measured) -> String {
    let mut table =
        "| request | axum by hand | with the same protections by hand | `into_router` | `into_service` |\n\
                     |---|---|---|---|---|\n"
            .to_owned();
    for (case, shown) in CASES {
        let Some(by_hand) = cost(measured, "axum", case) else { continue };
        let _ = write!(table, "| {shown} | {:.0} / {:.0} |", by_hand.instructions, by_hand.allocations);
        for way in ["guarded", "routes", "service"] {
            let Some(Cost { instructions, allocations }) = cost(measured, way, case) else { continue };
            let _ = write!(table, " {:.2} / {allocations:.0} |", instructions / by_hand.instructions);
        }
        table.push('\n');
    }
    table
}

pub fn budgets(budgets: &[(&str, &str, Against)], measured: &Measured, exceeded: &mut Vec<String>) -> String {
    let mut table = "| what | against | budget | measured |\n|---|---|---|---|\n".to_owned();
    for (way, case, against) in budgets {
        let own = cost(measured, way, case).map_or(f64::NAN, |cost| cost.instructions);
        let other =
            |way: &str, case: &str| cost(measured, way, case).map_or(f64::NAN, |cost| cost.instructions);
        let (against, budget, value) = match against {
            Against::Axum(budget) => ("axum by hand", *budget, own / other("axum", case)),
            Against::Guarded(budget) => ("axum with protections", *budget, own / other("guarded", case)),
            Against::Own(base, budget) => ("no argument, instructions more", *budget, own - other(way, base)),
        };
        // What was not measured is not within its budget.
        let is_kept = value <= budget;
        let what = format!("`into_{}`, {case}", if *way == "routes" { "router" } else { way });
        let digits = if budget > 10.0 { 0 } else { 2 };
        let mark = if is_kept { "" } else { " **beyond**" };
        let _ = writeln!(table, "| {what} | {against} | {budget:.digits$} | {value:.digits$}{mark} |");
        if !is_kept {
            exceeded.push(format!("{what} against {against}: {value:.digits$}, not {budget:.digits$}"));
        }
    }
    table
}

pub fn server(measured: &server::Measured, exceeded: &mut Vec<String>) -> String {
    let mut table =
        "| request | `axum::serve` | `serve` | ratio | budget |\n|---|---|---|---|---|\n".to_owned();
    for (case, by_hand, own) in measured {
        let ratio = own / by_hand;
        let mark = if ratio <= SERVER { "" } else { " **beyond**" };
        let _ = writeln!(table, "| {case} | {by_hand:.0} | {own:.0} | {ratio:.2}{mark} | {SERVER} |");
        if !mark.is_empty() {
            exceeded.push(format!("`serve`, {case}: {ratio:.2} of `axum::serve`, not {SERVER}"));
        }
    }
    table
}

/// Puts a table between its marks.
pub fn write(name: &str, table: &str) -> Result<()> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../PERFORMANCE.md");
    let text = fs::read_to_string(path)?;
    let (start, end) = (format!("<!-- {name} -->\n"), format!("<!-- end of {name} -->"));
    let missing = || format!("PERFORMANCE.md has no place for the table {name:?}");
    let (before, rest) = text.split_once(&start).ok_or_else(missing)?;
    let (_, after) = rest.split_once(&end).ok_or_else(missing)?;
    fs::write(path, format!("{before}{start}\n{table}\n{end}{after}"))?;
    Ok(())
}
