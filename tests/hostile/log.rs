//! What the library logs while it is attacked: every text of it is looked at, the messages of errors and warnings are kept.

use std::fmt::{Debug, Write as _};
use std::sync::Mutex;

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

static LINES: Mutex<Vec<String>> = Mutex::new(Vec::new());
static FORGED: Mutex<Vec<String>> = Mutex::new(Vec::new());

struct Keep;

struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let _ = write!(self.0, "{field}={value:?} ");
    }

    /// As it is: `Debug` of a text would hide a raw control character.
    fn record_str(&mut self, field: &Field, value: &str) {
        let _ = write!(self.0, "{field}={value} ");
    }
}

/// Where a raw control character would be seen.
fn look_at(Text(text): &Text) {
    if text.chars().any(char::is_control) {
        FORGED.lock().unwrap().push(format!("{text:?}"));
    }
}

impl Subscriber for Keep {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("route_runtime")
    }

    fn event(&self, event: &Event<'_>) {
        let mut text = Text(String::new());
        event.record(&mut text);
        look_at(&text);
        if *event.metadata().level() <= Level::WARN {
            LINES.lock().unwrap().push(text.0);
        }
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut text = Text(String::new());
        span.record(&mut text);
        look_at(&text);
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        let mut text = Text(String::new());
        values.record(&mut text);
        look_at(&text);
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

pub(crate) fn keep() {
    tracing::subscriber::set_global_default(Keep).expect("nobody else listens");
}

/// The lines that hold `text`.
pub(crate) fn lines_with(text: &str) -> usize {
    LINES.lock().unwrap().iter().filter(|line| line.contains(text)).count()
}

/// What was logged with a raw control character.
pub(crate) fn forged() -> Vec<String> {
    FORGED.lock().unwrap().clone()
}
