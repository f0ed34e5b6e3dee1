//! Measures, compares with the budgets, and writes the tables of PERFORMANCE.md: `cargo run --release --bin report`.
//!
//! Exits with 1 when a budget is exceeded. `report requests`, or another of the names below, measures that alone; with
//! `--check` nothing is written.

mod budgets;
mod compile;
mod load;
mod requests;
mod scale;
mod server;
mod tables;

use std::error::Error;
use std::process::ExitCode;

type Result<T, E = Box<dyn Error>> = std::result::Result<T, E>;

fn main() -> Result<ExitCode> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let only: Vec<&String> = arguments.iter().filter(|argument| !argument.starts_with("--")).collect();
    let wanted = |name: &str| only.is_empty() || only.iter().any(|only| *only == name);
    let mut exceeded = Vec::new();
    let mut tables = Vec::new();
    if wanted("requests") {
        let measured = requests::measure()?;
        tables.push(("requests", tables::requests(&measured)));
        tables.push(("budgets of requests", tables::budgets(&measured, &mut exceeded)));
    }
    if wanted("server") {
        tables.push(("server", tables::server(&server::measure()?, &mut exceeded)));
    }
    if wanted("scale") {
        let (many, connections) = scale::measure()?;
        tables.push(("scale", tables::scale(&many, &mut exceeded)));
        tables.push(("connections", tables::connections(&connections, &mut exceeded)));
    }
    if wanted("load") {
        let (rounds, kept) = load::measure()?;
        tables.push(("load", tables::load(&rounds)));
        tables.push(("memory", tables::memory(&kept)));
    }
    if wanted("compile") {
        tables.push(("compile", tables::compile(&compile::measure()?)));
    }
    if wanted("crates") {
        tables.push(("crates", tables::crates(&compile::crates()?, &mut exceeded)));
    }
    for (name, table) in &tables {
        println!("{name}\n\n{table}");
        if !arguments.iter().any(|argument| argument == "--check") {
            tables::write(name, table)?;
        }
    }
    for line in &exceeded {
        eprintln!("beyond its budget: {line}");
    }
    Ok(if exceeded.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
