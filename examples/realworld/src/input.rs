//! What bodies and queries may hold: types that are valid once they exist.

use std::borrow::Cow;

use route_runtime::Invalid;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer};

// A text of at most `LONGEST` characters, which may be empty or not.
#[derive(Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(inline, extend("maxLength" = LONGEST), transform = not_blank::<MAY_BE_EMPTY>)]
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

fn not_blank<const MAY_BE_EMPTY: bool>(schema: &mut Schema) {
    if !MAY_BE_EMPTY {
        schema.insert("minLength".to_owned(), 1.into());
        schema.insert("pattern".to_owned(), r"\S".into());
    }
}

// A number of a query, from `LEAST` to `MOST`; where there is none, it is `DEFAULT`.
#[derive(Deserialize, JsonSchema)]
#[serde(try_from = "i64")]
#[schemars(inline, extend("minimum" = LEAST, "maximum" = MOST, "default" = DEFAULT))]
pub(crate) struct Within<const LEAST: i64, const MOST: i64, const DEFAULT: i64>(i64);

impl<const LEAST: i64, const MOST: i64, const DEFAULT: i64> Within<LEAST, MOST, DEFAULT> {
    pub(crate) fn or_default(given: Option<Self>) -> i64 {
        given.map_or(DEFAULT, |Within(number)| number)
    }
}

impl<const LEAST: i64, const MOST: i64, const DEFAULT: i64> TryFrom<i64> for Within<LEAST, MOST, DEFAULT> {
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

/// As the schema of `T`: whether it may be absent, the fields around it say.
impl<T: JsonSchema> JsonSchema for Given<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> Cow<'static, str> {
        T::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

/// How many articles a list has.
pub(crate) type Limit = Option<Within<1, 1000, 20>>;
/// How many articles come before it.
pub(crate) type Offset = Option<Within<0, { i64::MAX }, 0>>;
