//! Tables of Markdown, and their places in PERFORMANCE.md.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;

use crate::Result;
use crate::budgets::{Against, BUILD, COMPILE, CONNECTION, CRATES, OPENAPI, REQUESTS, SERVER};
use crate::compile::{self, Way};
use crate::load::{self, Memory, Rate};
use crate::requests::{Cost, Measured};
use crate::scale;
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
        "| request | axum by hand | with the same protections by hand | `into_router` | `into_service` | `serde_json` alone |\n\
                     |---|---|---|---|---|---|\n"
            .to_owned();
    for (case, shown) in CASES {
        let Some(by_hand) = cost(measured, "axum", case) else { continue };
        let _ = write!(table, "| {shown} | {:.0} / {:.0} |", by_hand.instructions, by_hand.allocations);
        for way in ["guarded", "routes", "service", "written"] {
            if let Some(Cost { instructions, allocations }) = cost(measured, way, case) {
                let _ = write!(table, " {:.2} / {allocations:.0}", instructions / by_hand.instructions);
            }
            table.push_str(" |");
        }
        table.push('\n');
    }
    table
}

/// What is beyond its limit, and what has not reached its goal.
fn mark(value: f64, limit: f64, goal: f64) -> &'static str {
    // What was not measured is within nothing.
    match (value <= limit, value <= goal) {
        (true, true) => "",
        (true, false) => " (goal not reached)",
        (false, _) => " **beyond**",
    }
}

pub fn budgets(measured: &Measured, exceeded: &mut Vec<String>) -> String {
    let mut table = "| what | against | goal | limit | measured |\n|---|---|---|---|---|\n".to_owned();
    for (way, case, against, limit, goal) in REQUESTS {
        let own = cost(measured, way, case).map_or(f64::NAN, |cost| cost.instructions);
        let other =
            |way: &str, case: &str| cost(measured, way, case).map_or(f64::NAN, |cost| cost.instructions);
        let (against, digits, value) = match against {
            Against::Axum => ("axum by hand", 2, own / other("axum", case)),
            Against::Guarded => ("axum with protections", 2, own / other("guarded", case)),
            Against::Own(base) => ("no argument, instructions more", 0, own - other(way, base)),
        };
        let what = format!("`into_{}`, {case}", if *way == "routes" { "router" } else { way });
        let mark = mark(value, *limit, *goal);
        let _ = writeln!(
            table,
            "| {what} | {against} | {goal:.digits$} | {limit:.digits$} | {value:.digits$}{mark} |"
        );
        if mark.contains("beyond") {
            exceeded.push(format!("{what} against {against}: {value:.digits$}, not {limit:.digits$}"));
        }
    }
    table
}

pub fn server(measured: &server::Measured, exceeded: &mut Vec<String>) -> String {
    let mut table =
        "| request | `axum::serve` | `serve` | goal | limit | ratio |\n|---|---|---|---|---|---|\n"
            .to_owned();
    for (case, by_hand, own) in measured {
        let Some((_, limit, goal)) = SERVER.iter().find(|(name, ..)| name == case) else { continue };
        let ratio = own / by_hand;
        let mark = mark(ratio, *limit, *goal);
        let _ = writeln!(table, "| {case} | {by_hand:.0} | {own:.0} | {goal} | {limit} | {ratio:.2}{mark} |");
        if mark.contains("beyond") {
            exceeded.push(format!("`serve`, {case}: {ratio:.2} of `axum::serve`, not {limit}"));
        }
    }
    table
}

/// Milliseconds for each route and seconds for all again, behind each what it is of axum's. Seconds of a machine are no reason
/// to fail.
pub fn compile(measured: &compile::Measured) -> String {
    let mut table = "| written | check, ms a route | debug build, ms a route | release build, ms a route | \
                     one of 1000 changed: check, s | build, s | release binary of 1000, MB |\n|---|---|---|---|---|---|---|\n"
        .to_owned();
    let of = |way| {
        let at = |size| measured.iter().find(|one| (one.0, one.1) == (way, size)).map(|one| one.2);
        let [small, large] = compile::SIZES;
        at(small).zip(at(large)).map(|(few, many)| {
            let slope = |few: f64, many: f64| 1000.0 * (many - few) / (large - small) as f64;
            [
                slope(few.check, many.check),
                slope(few.debug, many.debug),
                slope(few.release, many.release),
                many.check_again,
                many.debug_again,
                many.bytes as f64 / 1e6,
            ]
        })
    };
    let (by_hand, plain) = (of(Way::Axum), of(Way::Routes));
    for (way, shown) in compile::WAYS {
        let Some(values) = of(way) else { continue };
        let _ = write!(table, "| {shown} |");
        for (i, value) in values.iter().enumerate() {
            let _ = write!(table, " {value:.2}");
            let (against, budget) = match way {
                Way::Axum => (None, None),
                Way::Routes => (by_hand, COMPILE.get(i).copied()),
                Way::Openapi => (plain, (i < 3).then_some(OPENAPI)),
            };
            if let Some(other) = against.and_then(|against| against.get(i).copied()) {
                let ratio = value / other;
                let is_beyond = budget.is_some_and(|budget| ratio > budget);
                let _ = write!(table, " ({ratio:.2}{})", if is_beyond { " **beyond**" } else { "" });
            }
            table.push_str(" |");
        }
        table.push('\n');
    }
    let budgets = COMPILE.map(|budget| format!("{budget}"));
    let _ = writeln!(table, "| budget, of axum's | {} | |", budgets.join(" | "));
    let _ =
        writeln!(table, "| budget with `openapi`, of without | {OPENAPI} | {OPENAPI} | {OPENAPI} | | | |");
    table
}

pub fn scale(measured: &scale::Measured, exceeded: &mut Vec<String>) -> String {
    let mut table = "| routes | made | made: instructions, of axum's | ms | KiB | a request to the first | the middle | the last | none |\n\
                     |---|---|---|---|---|---|---|---|---|\n"
        .to_owned();
    let largest = scale::SIZES.into_iter().max();
    for size in scale::SIZES {
        let of = |way| measured.iter().find(|one| (one.0, one.1) == (way, size)).map(|one| one.2);
        let Some(by_hand) = of("axum") else { continue };
        for (way, shown) in scale::WAYS {
            let Some(cost) = of(way) else { continue };
            let ratio = cost.instructions / by_hand.instructions;
            let budget = BUILD.iter().find(|(name, ..)| *name == way && Some(size) == largest);
            let mark = budget.map_or("", |(_, limit, goal)| mark(ratio, *limit, *goal));
            if mark.contains("beyond") {
                exceeded.push(format!("{size} routes, {way}: {ratio:.2} of axum's instructions"));
            }
            let _ = write!(
                table,
                "| {size} | {shown} | {:.0} ({ratio:.2}{mark}) | {:.2} | {:.0} |",
                cost.instructions,
                cost.milliseconds,
                cost.bytes / 1024.0
            );
            for request in cost.requests {
                let _ = write!(table, " {request:.0} |");
            }
            table.push('\n');
        }
    }
    table
}

pub fn connections(measured: &scale::Connections, exceeded: &mut Vec<String>) -> String {
    let mut table =
        "| server | routes | instructions | of those with the fewest |\n|---|---|---|---|\n".to_owned();
    for (way, size, instructions) in measured {
        let least = measured.iter().find(|one| one.0 == *way).map_or(f64::NAN, |one| one.2);
        let ratio = instructions / least;
        let is_beyond = *way == "routes" && ratio > CONNECTION;
        if is_beyond {
            exceeded
                .push(format!("a connection of {size} routes: {ratio:.2} of one with few, not {CONNECTION}"));
        }
        let shown = if *way == "axum" { "`axum::serve`" } else { "`serve`" };
        let mark = if is_beyond { " **beyond**" } else { "" };
        let _ = writeln!(table, "| {shown} | {size} | {instructions:.0} | {ratio:.2}{mark} |");
    }
    table
}

/// Ratios of each round: the middle one, the least and the most.
pub fn load(rounds: &load::Rounds) -> String {
    let mut table =
        "| request | requests a second, of `axum::serve`'s | p99 latency, of its |\n|---|---|---|\n"
            .to_owned();
    for (case, rates) in rounds {
        let of = |value: fn(&Rate) -> f64| {
            let mut ratios: Vec<f64> = rates.iter().map(|[axum, own]| value(own) / value(axum)).collect();
            ratios.sort_by(f64::total_cmp);
            let at = |i: usize| ratios.get(i).copied().unwrap_or(f64::NAN);
            format!("{:.2} ({:.2} – {:.2})", at(ratios.len() / 2), at(0), at(ratios.len().saturating_sub(1)))
        };
        let _ = writeln!(table, "| {case} | {} | {} |", of(|rate| rate.requests), of(|rate| rate.p99));
    }
    table
}

pub fn memory([by_hand, own]: &[Memory; 2]) -> String {
    let mut table = format!(
        "| server | after the first request, KiB | at most under load, KiB | with {} idle connections, KiB | for each, KiB |\n\
         |---|---|---|---|---|\n",
        load::IDLE
    );
    for (shown, Memory { idle, peak, connections }) in [("`axum::serve`", by_hand), ("`serve`", own)] {
        let each = connections.saturating_sub(*idle) as f64 / load::IDLE as f64;
        let _ = writeln!(table, "| {shown} | {idle} | {peak} | {connections} | {each:.1} |");
    }
    table
}

/// What is compiled for a program beside what the one before it in the table has.
pub fn crates(measured: &compile::Crates, exceeded: &mut Vec<String>) -> String {
    let mut table = "| written | crates | more than the line before |\n|---|---|---|\n".to_owned();
    let mut before: Option<&BTreeSet<String>> = None;
    for (way, names) in measured {
        let Some((_, shown)) = compile::WAYS.iter().find(|(one, _)| one == way) else { continue };
        let (limit, goal) = if *way == Way::Routes { CRATES } else { (usize::MAX, usize::MAX) };
        let mark = mark(names.len() as f64, limit as f64, goal as f64);
        if mark.contains("beyond") {
            exceeded.push(format!("{} crates, not {limit}", names.len()));
        }
        let more =
            before.map(|before| names.difference(before).map(|name| format!("`{name}`")).collect::<Vec<_>>());
        let _ =
            writeln!(table, "| {shown} | {}{mark} | {} |", names.len(), more.unwrap_or_default().join(", "));
        before = Some(names);
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
