//! A text that a file holds, for tests of what must not change unseen.

use std::fmt::Write as _;
use std::path::Path;

/// Compares a text with that of a file in the repository: an OpenAPI document, the route table. Where they differ, the test
/// fails and prints the lines that do; run it with `UPDATE=1` in the environment to write the file, and review that as any
/// other change. The path is relative to the package, as tests are run.
///
/// ```no_run
/// use route_runtime::{testing::assert_unchanged, Routes};
///
/// #[test]
/// fn the_routes_are_as_reviewed() {
///     assert_unchanged("routes.txt", &Routes::collect().to_string());
/// }
/// ```
///
/// # Panics
///
/// When the texts differ, and when the file can't be read or written.
#[track_caller]
#[expect(clippy::panic, reason = "a test panics where it fails")]
pub fn assert_unchanged(file: impl AsRef<Path>, text: &str) {
    let file = file.as_ref();
    if std::env::var_os("UPDATE").is_some_and(|value| value == "1") {
        if let Err(error) = std::fs::write(file, text) {
            panic!("{} can't be written: {error}", file.display());
        }
        return;
    }
    let known = match std::fs::read_to_string(file) {
        Ok(known) => known,
        Err(error) => panic!("{} can't be read: {error}; UPDATE=1 writes it", file.display()),
    };
    // A checkout may have given the lines other ends.
    let known = known.replace("\r\n", "\n");
    if known != text {
        panic!(
            "{} is not true any more; UPDATE=1 writes it anew:\n{}",
            file.display(),
            difference(&known, text)
        );
    }
}

/// The lines that differ, each with a sign, and those around them.
fn difference(old: &str, new: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let same_start = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let rest = |lines: &[&str]| lines.len() - same_start;
    let same_end = old.iter().rev().zip(new.iter().rev()).take_while(|(a, b)| a == b).count();
    let same_end = same_end.min(rest(&old)).min(rest(&new));
    let (gone, come) = (&old[same_start..old.len() - same_end], &new[same_start..new.len() - same_end]);
    // The longest that both have, in order: what stands in the table is its length from there on.
    let mut longest = vec![vec![0_u32; come.len() + 1]; gone.len() + 1];
    for i in (0..gone.len()).rev() {
        for j in (0..come.len()).rev() {
            longest[i][j] = match gone[i] == come[j] {
                true => longest[i + 1][j + 1] + 1,
                false => longest[i + 1][j].max(longest[i][j + 1]),
            };
        }
    }
    let mut lines: Vec<(char, &str)> =
        old[same_start.saturating_sub(AROUND)..same_start].iter().map(|line| (' ', *line)).collect();
    let (mut i, mut j) = (0, 0);
    while i < gone.len() || j < come.len() {
        if i < gone.len() && j < come.len() && gone[i] == come[j] {
            lines.push((' ', gone[i]));
            (i, j) = (i + 1, j + 1);
        } else if j == come.len() || (i < gone.len() && longest[i + 1][j] >= longest[i][j + 1]) {
            lines.push(('-', gone[i]));
            i += 1;
        } else {
            lines.push(('+', come[j]));
            j += 1;
        }
    }
    lines.extend(old[old.len() - same_end..].iter().take(AROUND).map(|line| (' ', *line)));
    let mut text = String::new();
    let mut skipped = false;
    for (at, (sign, line)) in lines.iter().enumerate() {
        let near = lines[at.saturating_sub(AROUND)..(at + AROUND + 1).min(lines.len())].iter();
        if near.clone().any(|(sign, _)| *sign != ' ') {
            // Writing into a String can't fail.
            let _ = writeln!(text, "{sign} {line}");
            skipped = false;
        } else if !skipped {
            text.push_str("  …\n");
            skipped = true;
        }
    }
    text
}

/// How many lines are shown around those that differ.
const AROUND: usize = 3;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_is_shown_with_what_is_around() {
        let old: Vec<String> = (0..30).map(|line| line.to_string()).collect();
        let mut new = old.clone();
        new[10] = "ten".to_owned();
        new.remove(20);
        new.insert(25, "more".to_owned());
        let shown = difference(&old.join("\n"), &new.join("\n"));
        assert_eq!(
            shown.lines().collect::<Vec<_>>(),
            [
                "  7", "  8", "  9", "- 10", "+ ten", "  11", "  12", "  13", "  …", "  17", "  18", "  19",
                "- 20", "  21", "  22", "  23", "  24", "  25", "+ more", "  26", "  27", "  28"
            ]
        );
        assert_eq!(difference("a\n", "b\n"), "- a\n+ b\n");
        assert_eq!(difference("", "b\n"), "+ b\n");
    }

    #[test]
    fn a_file_is_held_against_a_text() {
        let file = std::env::temp_dir().join(format!("route-runtime-unchanged-{}", std::process::id()));
        std::fs::write(&file, "a\r\nb\n").expect("a file");
        assert_unchanged(&file, "a\nb\n");
        let failure =
            std::panic::catch_unwind(|| assert_unchanged(&file, "a\nc\n")).expect_err("they differ");
        let message = failure.downcast_ref::<String>().expect("a text");
        assert!(message.contains("UPDATE=1") && message.ends_with("  a\n- b\n+ c\n"), "{message}");
        std::fs::remove_file(&file).expect("it is there");
        assert!(std::panic::catch_unwind(|| assert_unchanged(&file, "")).is_err());
    }
}
