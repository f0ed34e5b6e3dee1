//! What came back.

/// The fault of an answer that ends before its end.
pub(crate) const BREAKS_OFF: &str = "the answer breaks off";

/// An answer, however it came.
#[derive(Debug, Default, Clone)]
pub(crate) struct Answer {
    /// 0 where none came.
    pub(crate) status: u16,
    /// In lower case; a character for each byte of the values.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// Whether a 100 came before.
    pub(crate) interim: bool,
    /// The statuses of the answers behind it.
    pub(crate) more: Vec<u16>,
    /// What was found wrong with the answer as a message, or the connection after it.
    pub(crate) faults: Vec<String>,
    /// What came over HTTP/2.
    pub(crate) h2: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn fault(text: impl Into<String>) -> Self {
        Answer { faults: vec![text.into()], ..Answer::default() }
    }

    /// In a line, for a report.
    pub(crate) fn told(&self) -> String {
        if !self.h2.is_empty() {
            return self.h2.clone();
        }
        let headers: Vec<String> =
            self.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        let interim = if self.interim { "100, then " } else { "" };
        let text: String = self.text().chars().take(300).collect();
        let more = if self.more.is_empty() { String::new() } else { format!(", then {:?}", self.more) };
        format!("{interim}{} [{}] {text:?}{more}", self.status, headers.join("; "))
    }
}
