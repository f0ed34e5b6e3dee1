//! The programs are the examples of this package: `cargo run -p middleware --example cors`.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

/// Keeps what is printed, for tests: `.with_writer(captured.writer())`. A clone is the same text.
#[derive(Debug, Clone, Default)]
pub struct Captured(Arc<Mutex<Vec<u8>>>);

impl Captured {
    /// Where a subscriber of `tracing` writes.
    pub fn writer(&self) -> impl Fn() -> Captured + Send + Sync + 'static {
        let this = self.clone();
        move || this.clone()
    }

    /// All that was printed.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    }
}

impl io::Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
