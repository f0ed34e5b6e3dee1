//! Where facts come from: a set in the program, or an external API over HTTP.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use route_runtime::ApiError;

/// One line for each number: the number, a tab, the fact.
const FACTS: &str = include_str!("facts.txt");

/// An answer of the API that is longer is no sentence.
const LONGEST_FACT: usize = 4096;

#[derive(Clone)]
pub(crate) enum Facts {
    Embedded(Arc<HashMap<i64, &'static str>>),
    Api { client: reqwest::Client, base: String },
}

impl Facts {
    pub(crate) fn embedded() -> Self {
        let facts = FACTS.lines().filter_map(|line| line.split_once('\t'));
        Facts::Embedded(Arc::new(
            facts.filter_map(|(number, fact)| Some((number.parse().ok()?, fact))).collect(),
        ))
    }

    /// Facts from `<url>/<number>`, each within `timeout`.
    pub(crate) fn from_api(url: &str, timeout: Duration) -> Result<Self, String> {
        if !url.starts_with("http://") {
            return Err("TRIVIA_URL must start with `http://`: the tour is built without TLS, to build fast"
                .to_owned());
        }
        if url.parse::<reqwest::Url>().is_err() {
            return Err("TRIVIA_URL is no URL: write `http://host:port`".to_owned());
        }
        let client = reqwest::Client::builder().timeout(timeout).build();
        let client = client.map_err(|error| format!("no HTTP client: {error}"))?;
        Ok(Facts::Api { client, base: url.trim_end_matches('/').to_owned() })
    }

    pub(crate) async fn about(&self, number: i64) -> Result<String, ApiError> {
        match self {
            Facts::Embedded(facts) => match facts.get(&number) {
                Some(fact) => Ok((*fact).to_owned()),
                None => Err(ApiError::not_found(
                    "no fact is known about this number; every one from 0 to 100 has one",
                )),
            },
            Facts::Api { client, base } => ask(client, &format!("{base}/{number}")).await,
        }
    }
}

async fn ask(client: &reqwest::Client, url: &str) -> Result<String, ApiError> {
    let failed = |error: reqwest::Error| {
        let answer = if error.is_timeout() {
            ApiError::gateway_timeout("the trivia API did not answer in time")
        } else {
            ApiError::bad_gateway("the trivia API has no answer")
        };
        answer.caused_by(error)
    };
    let mut response =
        client.get(url).send().await.and_then(reqwest::Response::error_for_status).map_err(failed)?;
    let mut fact = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(failed)? {
        fact.extend_from_slice(&chunk);
        if fact.len() > LONGEST_FACT {
            return Err(ApiError::bad_gateway("the trivia API answered with more than a sentence"));
        }
    }
    String::from_utf8(fact)
        .map_err(|error| ApiError::bad_gateway("the trivia API did not answer with text").caused_by(error))
}
