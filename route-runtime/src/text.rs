//! Path and query text -> typed values, by one small serde deserializer.
//!
//! Nothing a client sent comes back in a message, so serde's own messages are never used.

use std::borrow::Cow;
use std::fmt;

use serde::de::value::StrDeserializer;
use serde::de::{self, DeserializeOwned, DeserializeSeed, IntoDeserializer as _, Visitor};
use serde::forward_to_deserialize_any;

use crate::error::reason;

/// How many pairs a form or a query has at the most that is read as a whole: each takes some fifty times its bytes.
pub(crate) const MOST_PAIRS: usize = 10_000;

/// Why text is no value of the wanted type. Displays what is wanted, never what was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum TextError {
    /// Nothing there, and the type needs something.
    Missing,
    /// Several values for a type that holds one.
    Repeated,
    /// `%` without two hexadecimal digits behind it.
    Escape,
    /// Percent-decoded bytes that are no UTF-8.
    Utf8,
    /// A NUL byte in a path.
    Nul,
    /// `.`, `..` or `\` in a catch-all of a route without `dot_segments = true`.
    Dots,
    /// Text that is not of the wanted type: "must be …".
    MustBe(Cow<'static, str>),
    /// What a type of the author's says of a value.
    Invalid(String),
    /// A type that no text can fill: the author's mistake, not the client's.
    Unsupported(&'static str),
    /// More pairs than anybody sends.
    TooMany,
    /// The same about a field of a form or a query that is read as a whole.
    Field(&'static str, Box<TextError>),
}

/// What values are called where one is wanted.
pub(crate) mod wants {
    pub(crate) const VALID: &str = "a valid value";
    pub(crate) const BOOL: &str = "`true` or `false`";
    pub(crate) const I8: &str = "an integer from -128 to 127";
    pub(crate) const I16: &str = "an integer from -32768 to 32767";
    pub(crate) const I32: &str = "an integer of 32 bits";
    pub(crate) const I64: &str = "an integer of 64 bits";
    pub(crate) const I128: &str = "an integer of 128 bits";
    pub(crate) const U8: &str = "an integer from 0 to 255";
    pub(crate) const U16: &str = "an integer from 0 to 65535";
    pub(crate) const U32: &str = "an integer of 32 bits, not below 0";
    pub(crate) const U64: &str = "an integer of 64 bits, not below 0";
    pub(crate) const U128: &str = "an integer of 128 bits, not below 0";
    pub(crate) const NUMBER: &str = "a number";
    pub(crate) const CHAR: &str = "a single character";
}

impl fmt::Display for TextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TextError::Missing => f.write_str("is missing"),
            TextError::Repeated => f.write_str("must be given once"),
            TextError::Escape => f.write_str("has a `%` that no two hexadecimal digits follow"),
            TextError::Utf8 => f.write_str("must be UTF-8"),
            TextError::Nul => f.write_str("must not hold a NUL"),
            TextError::Dots => f.write_str("must not hold `.` or `..`, a backslash, or a slash at its start"),
            TextError::MustBe(what) => write!(f, "must be {what}"),
            TextError::Invalid(reason) => f.write_str(reason),
            TextError::Unsupported(what) => write!(f, "can't be read into {what}"),
            TextError::TooMany => write!(f, "must not have more than {MOST_PAIRS} fields"),
            TextError::Field(name, error) => write!(f, "field `{name}` {error}"),
        }
    }
}

impl std::error::Error for TextError {}

impl de::Error for TextError {
    fn custom<T: fmt::Display>(error: T) -> Self {
        // Any other message may hold the input or the name of a Rust type; those of the other constructors end here too.
        reason(&error).map_or(TextError::MustBe(wants::VALID.into()), TextError::Invalid)
    }

    fn missing_field(field: &'static str) -> Self {
        TextError::Field(field, Box::new(TextError::Missing))
    }

    fn unknown_field(_: &str, fields: &'static [&'static str]) -> Self {
        TextError::MustBe(format!("a set of no other fields than {}", listed(fields)).into())
    }

    fn unknown_variant(_: &str, variants: &'static [&'static str]) -> Self {
        TextError::MustBe(format!("one of {}", listed(variants)).into())
    }
}

/// Names as a message lists them.
pub(crate) fn listed(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// A value of `T` from decoded texts: one for a scalar, none or one for an `Option`, any number for a `Vec`.
pub(crate) fn from_values<T: DeserializeOwned>(values: &[Cow<'_, str>]) -> Result<T, TextError> {
    T::deserialize(Text { values, any_is_several: false })
}

/// The texts that one name stands for.
#[derive(Clone, Copy)]
pub(crate) struct Text<'v> {
    pub(crate) values: &'v [Cow<'v, str>],
    /// Whether a type that takes anything gets several texts as several, or refuses them as a scalar does.
    pub(crate) any_is_several: bool,
}

impl<'v> Text<'v> {
    fn one(self) -> Result<&'v str, TextError> {
        match self.values {
            [] => Err(TextError::Missing),
            [value] => Ok(value),
            _ => Err(TextError::Repeated),
        }
    }
}

macro_rules! numbers {
    ($($method:ident $visit:ident $ty:ident $what:expr;)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, TextError> {
            let number: $ty = self.one()?.parse().map_err(|_| TextError::MustBe($what.into()))?;
            visitor.$visit(number)
        }
    )*};
}

macro_rules! unsupported {
    ($($method:ident($($arg:ident: $ty:ty),*) $what:literal;)*) => {$(
        fn $method<V: Visitor<'de>>(self, $($arg: $ty,)* _: V) -> Result<V::Value, TextError> {
            Err(TextError::Unsupported($what))
        }
    )*};
}

impl<'de> de::Deserializer<'de> for Text<'_> {
    type Error = TextError;

    numbers! {
        deserialize_i8 visit_i8 i8 wants::I8;
        deserialize_i16 visit_i16 i16 wants::I16;
        deserialize_i32 visit_i32 i32 wants::I32;
        deserialize_i64 visit_i64 i64 wants::I64;
        deserialize_i128 visit_i128 i128 wants::I128;
        deserialize_u8 visit_u8 u8 wants::U8;
        deserialize_u16 visit_u16 u16 wants::U16;
        deserialize_u32 visit_u32 u32 wants::U32;
        deserialize_u64 visit_u64 u64 wants::U64;
        deserialize_u128 visit_u128 u128 wants::U128;
        deserialize_char visit_char char wants::CHAR;
    }

    unsupported! {
        deserialize_unit() "a unit";
        deserialize_unit_struct(_name: &'static str) "a unit struct";
        deserialize_map() "a map";
        deserialize_struct(_name: &'static str, _fields: &'static [&'static str]) "a struct";
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, TextError> {
        visitor.visit_f32(finite(self.one()?, f32::is_finite)?)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, TextError> {
        visitor.visit_f64(finite(self.one()?, f64::is_finite)?)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, TextError> {
        match self.one()? {
            "true" => visitor.visit_bool(true),
            "false" => visitor.visit_bool(false),
            _ => Err(TextError::MustBe(wants::BOOL.into())),
        }
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, TextError> {
        if self.any_is_several && self.values.len() > 1 {
            return self.deserialize_seq(visitor);
        }
        visitor.visit_str(self.one()?)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, TextError> {
        visitor.visit_string(self.one()?.to_owned())
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, TextError> {
        visitor.visit_bytes(self.one()?.as_bytes())
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, TextError> {
        if self.values.is_empty() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, TextError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, TextError> {
        visitor.visit_seq(Each(self.values))
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, TextError> {
        if self.values.len() != len {
            return Err(TextError::MustBe(format!("{len} values").into()));
        }
        visitor.visit_seq(Each(self.values))
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, TextError> {
        self.deserialize_tuple(len, visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, TextError> {
        let variant: StrDeserializer<'_, TextError> = self.one()?.into_deserializer();
        visitor.visit_enum(variant)
    }

    forward_to_deserialize_any! { str byte_buf identifier ignored_any }
}

fn finite<N: std::str::FromStr + Copy>(text: &str, is_finite: fn(N) -> bool) -> Result<N, TextError> {
    let number = text.parse().ok().filter(|number| is_finite(*number));
    number.ok_or(TextError::MustBe(wants::NUMBER.into()))
}

/// Several texts, one after the other.
struct Each<'v>(&'v [Cow<'v, str>]);

impl<'de> de::SeqAccess<'de> for Each<'_> {
    type Error = TextError;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, TextError> {
        let Some((first, rest)) = self.0.split_first() else { return Ok(None) };
        self.0 = rest;
        let values = std::slice::from_ref(first);
        seed.deserialize(Text { values, any_is_several: false }).map(Some)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[track_caller]
    fn check<T: DeserializeOwned + PartialEq + fmt::Debug>(values: &[&str], wanted: Result<T, &str>) {
        let values: Vec<Cow<'_, str>> = values.iter().map(|value| Cow::Borrowed(*value)).collect();
        let got = from_values::<T>(&values).map_err(|error| error.to_string());
        assert_eq!(got, wanted.map_err(str::to_owned));
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Order {
        Asc,
        Desc,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    struct Id(u32);

    #[derive(Debug, PartialEq, Deserialize)]
    struct Fields {
        _a: u8,
    }

    #[test]
    fn scalars() {
        check(&["-7"], Ok(-7_i64));
        check(&["7.5"], Ok(7.5_f64));
        check(&["true"], Ok(true));
        check(&["é"], Ok('é'));
        check(&["a b"], Ok("a b".to_owned()));
        check(&["7"], Ok(Id(7)));
        check(&["desc"], Ok(Order::Desc));
        check::<Order>(&["up"], Err("must be one of `asc`, `desc`"));
        check::<i64>(&["x"], Err("must be an integer of 64 bits"));
        check::<u8>(&["256"], Err("must be an integer from 0 to 255"));
        check::<f64>(&["NaN"], Err("must be a number"));
        check::<bool>(&["1"], Err("must be `true` or `false`"));
        check::<i64>(&[""], Err("must be an integer of 64 bits"));
    }

    #[test]
    fn how_many() {
        check::<i64>(&[], Err("is missing"));
        check::<i64>(&["1", "2"], Err("must be given once"));
        check::<Option<i64>>(&[], Ok(None));
        check(&["1"], Ok(Some(1)));
        check::<Option<i64>>(&["1", "2"], Err("must be given once"));
        check::<Vec<i64>>(&[], Ok(vec![]));
        check(&["1", "2"], Ok(vec![1, 2]));
        check(&["1", "2"], Ok((1, 2)));
        check::<(i64, i64)>(&["1"], Err("must be 2 values"));
        check::<Option<Vec<i64>>>(&[], Ok(None));
    }

    #[test]
    fn what_no_text_can_fill() {
        check::<Fields>(&["1"], Err("can't be read into a struct"));
        check::<()>(&["1"], Err("can't be read into a unit"));
    }
}
