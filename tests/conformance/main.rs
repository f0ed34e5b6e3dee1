//! What Next.js 16 answers to 507 requests, and what our twin of the same application answers.
//!
//! `cases.json` was recorded from `next start` over raw TCP; here it is replayed over a real socket, byte by byte. An
//! answer that differs stands in [`DIFFERENCES`] with its reason: an unlisted difference fails, and so does a listed
//! one that has become equal.

mod cases;
mod checks;
mod client;
mod compare;
mod differences;
mod twin;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use cases::Case;
use checks::CHECKS;
use client::{Answer, Client};
use compare::{RULES, Verdict, compare};
use differences::DIFFERENCES;
use tests::http;

/// Cases that are replayed at the same time. Most of the time of a case is spent on waiting.
const THREADS: usize = 8;

/// What became of a case.
enum Outcome {
    Equal,
    ByRule(&'static str),
    Meant,
    Failed(String),
}

#[derive(Default)]
struct Counts {
    equal: usize,
    by_rule: usize,
    meant: usize,
    failed: usize,
}

fn judge(case: &Case, ours: &Answer, host: &str) -> Outcome {
    let listed = DIFFERENCES.iter().find(|(id, _, _)| *id == case.id);
    let check = CHECKS.iter().find(|(id, _)| *id == case.id);
    if let Some(wanted) = check.and_then(|(_, check)| check.missing_in(ours)) {
        return Outcome::Failed(format!("{}: {}\n    wanted: {wanted}", ours.outcome(), ours.text()));
    }
    match (compare(&case.recorded, ours, &case.request.method, host), listed) {
        (Verdict::Equal, None) => Outcome::Equal,
        (Verdict::ByRule(rule), None) => Outcome::ByRule(rule),
        // An error says by its status what is meant. What a success says has to be looked at.
        (Verdict::Differs(_), Some((_, outcome, _))) if ours.outcome() == *outcome => {
            let is_error = ours.outcome == "response" && ours.status >= 400;
            if is_error || check.is_some() {
                Outcome::Meant
            } else {
                Outcome::Failed(format!("listed without a check of {}", ours.text()))
            }
        }
        (Verdict::Differs(differences), None) => {
            let differences: Vec<String> = differences.iter().map(ToString::to_string).collect();
            Outcome::Failed(differences.join("\n    "))
        }
        (_, Some(listed)) => Outcome::Failed(format!("{}, listed as {listed:?}", ours.outcome())),
    }
}

/// Replays all cases, several at a time, and judges them in their order.
fn replay(cases: &[Case]) -> Vec<Outcome> {
    let client = Client::new(http::serve(twin::app().into_server().expect("the routes fit")));
    let next = AtomicUsize::new(0);
    let answers = Mutex::new(BTreeMap::new());
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let answer = client.ask(case);
                    answers.lock().expect("no panic meanwhile").insert(case.id.as_str(), answer);
                }
            });
        }
    });
    let answers = answers.into_inner().expect("no panic meanwhile");
    cases.iter().map(|case| judge(case, &answers[case.id.as_str()], &client.host())).collect()
}

#[test]
fn as_next_js_or_meant() {
    let cases = cases::all();
    assert_eq!(cases.len(), 507);
    let mut groups: BTreeMap<&str, Counts> = BTreeMap::new();
    let mut total = Counts::default();
    let mut rules: BTreeMap<&str, usize> = BTreeMap::new();
    let mut failures = Vec::new();
    for (case, outcome) in cases.iter().zip(replay(&cases)) {
        for counts in [groups.entry(&case.group).or_default(), &mut total] {
            match outcome {
                Outcome::Equal => counts.equal += 1,
                Outcome::ByRule(_) => counts.by_rule += 1,
                Outcome::Meant => counts.meant += 1,
                Outcome::Failed(_) => counts.failed += 1,
            }
        }
        match outcome {
            Outcome::ByRule(rule) => *rules.entry(rule).or_default() += 1,
            Outcome::Failed(why) => failures.push(format!("{}\n    {why}", case.id)),
            Outcome::Equal | Outcome::Meant => {}
        }
    }
    for (group, Counts { equal, by_rule, meant, failed }) in &groups {
        println!("{group:12} {equal:3} equal, {by_rule:2} by rule, {meant:2} meant, {failed} failed");
    }
    for rule in RULES {
        let count = rules.get(rule).copied().unwrap_or(0);
        println!("by rule: {count:3} {rule}");
        if count == 0 {
            failures.push(format!("the rule is not needed any more: {rule}"));
        }
    }
    let Counts { equal, by_rule, meant, failed } = total;
    println!("{} cases: {equal} equal, {by_rule} by rule, {meant} meant, {failed} failed", cases.len());
    assert!(failures.is_empty(), "{failed} cases failed:\n{}", failures.join("\n"));
}

#[test]
fn the_lists_name_cases_once() {
    let cases = cases::all();
    let ids: BTreeSet<&str> = cases.iter().map(|case| case.id.as_str()).collect();
    for list in [
        DIFFERENCES.iter().map(|(id, _, _)| *id).collect::<Vec<_>>(),
        CHECKS.iter().map(|(id, _)| *id).collect(),
    ] {
        let mut seen = BTreeSet::new();
        for id in list {
            assert!(ids.contains(id), "there is no case {id}");
            assert!(seen.insert(id), "{id} stands there twice");
        }
    }
}
