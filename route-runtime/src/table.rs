//! The route table.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Value, json};

use crate::info::RouteInfo;
use crate::routes::Routes;

impl Routes {
    /// The path of a route below the base, as its author wrote it.
    pub(crate) fn path_of(&self, info: &RouteInfo) -> String {
        let base = self.base_path();
        let pattern = if info.pattern() == "/" && !base.is_empty() { "" } else { info.pattern() };
        format!("{base}{pattern}")
    }

    /// How many routes there are, and of which crates: `12 routes: 9 of my_app, 3 of blog`. A line for the start of a program.
    ///
    /// ```
    /// # use route_runtime::Routes;
    /// println!("{}", Routes::collect().summary());
    /// ```
    #[must_use]
    pub fn summary(&self) -> String {
        let mut counts = BTreeMap::<&str, usize>::new();
        self.iter().for_each(|info| *counts.entry(info.crate_name()).or_default() += 1);
        let mut counts: Vec<_> = counts.into_iter().collect();
        counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let of: Vec<String> = counts.iter().map(|(name, count)| format!("{count} of {name}")).collect();
        match (self.len(), of.is_empty()) {
            (1, _) => format!("1 route: {}", of.join(", ")),
            (_, true) => "no routes".to_owned(),
            (count, _) => format!("{count} routes: {}", of.join(", ")),
        }
    }

    /// The routes as JSON, for tools: an array of objects with `methods` (`["*"]` for every method), `path`, `pattern`,
    /// `query`, `handler`, `crate`, `module`, `file`, `line`, and where the author wrote them `summary`, `tag`, `operationId`,
    /// `deprecated`, `hidden`.
    ///
    /// ```standalone_crate
    /// use route_runtime::{get, Routes};
    ///
    /// #[get("/hello?name")]
    /// async fn hello(name: Option<String>) -> String {
    ///     name.unwrap_or_default()
    /// }
    ///
    /// let routes = Routes::collect().base("/v1").to_json();
    /// assert_eq!(routes[0]["path"], "/v1/hello");
    /// assert_eq!(routes[0]["query"][0], "name");
    /// ```
    #[must_use]
    pub fn to_json(&self) -> Value {
        let route = |info: &RouteInfo| {
            let methods: Vec<String> = info.methods().iter().map(|method| method.to_string()).collect();
            let mut route = json!({
                "methods": if info.methods().is_all() { vec!["*".to_owned()] } else { methods },
                "path": self.path_of(info),
                "pattern": info.pattern(),
                "query": info.query_names(),
                "handler": info.handler(),
                "crate": info.crate_name(),
                "module": info.module(),
                "file": info.file(),
                "line": info.line(),
            });
            let written = [
                ("summary", info.summary().map(Value::from)),
                ("tag", info.tag().map(Value::from)),
                ("operationId", info.operation_id().map(Value::from)),
                ("deprecated", info.is_deprecated().then_some(Value::Bool(true))),
                ("hidden", info.is_hidden().then_some(Value::Bool(true))),
            ];
            for (key, value) in written.into_iter().filter_map(|(key, value)| Some((key, value?))) {
                route[key] = value;
            }
            route
        };
        self.iter().map(route).collect()
    }
}

impl fmt::Display for Routes {
    /// The route table: method, path below the [`base`](Routes::base), handler, `file:line`. With feature `openapi`, after
    /// `with_docs` or `with_info`, also what the signatures did not tell, below it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows: Vec<[String; 4]> = self
            .iter()
            .map(|info| {
                let query = info.query_names();
                let query = if query.is_empty() { String::new() } else { format!("?{}", query.join("&")) };
                [
                    info.methods().to_string(),
                    format!("{}{query}", self.path_of(info)),
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
