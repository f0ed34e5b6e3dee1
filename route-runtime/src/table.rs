//! The route table.

use std::fmt;

use crate::routes::Routes;

impl fmt::Display for Routes {
    /// The route table: method, path below the [`base`](Routes::base), handler, `file:line`. With feature `openapi`, after
    /// `with_docs` or `with_info`, also what the signatures did not tell, below it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let base = self.base_path();
        let rows: Vec<[String; 4]> = self
            .iter()
            .map(|info| {
                let query = info.query_names();
                let query = if query.is_empty() { String::new() } else { format!("?{}", query.join("&")) };
                let pattern = if info.pattern() == "/" && !base.is_empty() { "" } else { info.pattern() };
                [
                    info.methods().to_string(),
                    format!("{base}{pattern}{query}"),
                    info.handler().to_owned(),
                    format!("{}:{}", info.file(), info.line()),
                ]
            })
            .collect();
        let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
        let (methods, path, handler) = (width(0), width(1), width(2));
        for (i, row) in rows.iter().enumerate() {
            let end = if i + 1 == rows.len() { "" } else { "\n" };
            write!(f, "{:methods$}  {:path$}  {:handler$}  {}{end}", row[0], row[1], row[2], row[3])?;
        }
        #[cfg(feature = "openapi")]
        if self.is_documented() {
            let document = self.openapi(self.info());
            let lines = document.undocumented();
            if !lines.is_empty() {
                writeln!(f)?;
            }
            lines.iter().try_for_each(|line| write!(f, "\nundocumented: {line}"))?;
        }
        Ok(())
    }
}
