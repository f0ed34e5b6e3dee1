//! What bodies and queries may hold: types that are valid once they exist.

use route_runtime::Invalid;
use serde::{Deserialize, Deserializer};

/// A text of at most `LONGEST` characters, which may be empty or not.
#[derive(Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Text<const LONGEST: usize, const MAY_BE_EMPTY: bool = false>(pub(crate) String);

impl<const LONGEST: usize, const MAY_BE_EMPTY: bool> TryFrom<String> for Text<LONGEST, MAY_BE_EMPTY> {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        if !MAY_BE_EMPTY && text.trim().is_empty() {
            return Err(Invalid::new("can't be empty"));
        }
        if text.chars().count() > LONGEST {
            return Err(Invalid::new(format!("is too long: at most {LONGEST} characters")));
        }
        Ok(Text(text))
    }
}

/// A number of a query, from `LEAST` to `MOST`.
#[derive(Deserialize)]
#[serde(try_from = "i64")]
pub(crate) struct Within<const LEAST: i64, const MOST: i64>(pub(crate) i64);

impl<const LEAST: i64, const MOST: i64> TryFrom<i64> for Within<LEAST, MOST> {
    type Error = Invalid;

    fn try_from(number: i64) -> Result<Self, Invalid> {
        let fits = (LEAST..=MOST).contains(&number);
        fits.then_some(Within(number)).ok_or_else(|| Invalid::new(format!("must be from {LEAST} to {MOST}")))
    }
}

/// A value of a body that changes something: absent, it stays. `null` is a value as any other, which `T` may refuse.
pub(crate) struct Given<T>(pub(crate) Option<T>);

impl<T> Default for Given<T> {
    fn default() -> Self {
        Given(None)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Given<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(|value| Given(Some(value)))
    }
}

/// How many articles a list has.
pub(crate) type Limit = Option<Within<1, 1000>>;
/// How many articles come before it.
pub(crate) type Offset = Option<Within<0, { i64::MAX }>>;
