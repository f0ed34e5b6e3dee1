//! What a `Path<T>` wants to be filled with, found at start-up without a request.

use std::fmt;

use serde::de::{self, DeserializeOwned, DeserializeSeed, IntoDeserializer as _, MapAccess, Visitor};
use serde::forward_to_deserialize_any;

/// Says what does not fit when `T` is filled with the parameters `names`; `None` when it fits or can't be told.
pub(crate) type ShapeCheck = fn(names: &[&str]) -> Option<String>;

/// The [`ShapeCheck`] of a `T`.
pub(crate) fn check<T: DeserializeOwned>(names: &[&str]) -> Option<String> {
    match T::deserialize(Probe { names }) {
        Err(Found::Mismatch(sentence)) => Some(sentence),
        Ok(_) | Err(Found::CantTell) => None,
    }
}

/// The outcome of a probe, as an error: no value is ever made of it.
#[derive(Debug)]
enum Found {
    Mismatch(String),
    CantTell,
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a probe")
    }
}

impl std::error::Error for Found {}

impl de::Error for Found {
    fn custom<T: fmt::Display>(_: T) -> Self {
        // A dummy value did not please some type's own rules.
        Found::CantTell
    }

    fn missing_field(field: &'static str) -> Self {
        Found::Mismatch(format!("its field `{field}` is no parameter of the path"))
    }

    fn unknown_field(field: &str, _: &'static [&'static str]) -> Self {
        Found::Mismatch(format!("it has no field for the parameter `{field}`"))
    }
}

#[derive(Clone, Copy)]
struct Probe<'n> {
    names: &'n [&'n str],
}

impl Probe<'_> {
    fn wants(self, count: usize) -> Found {
        let has = self.names.len();
        if has == count {
            return Found::CantTell;
        }
        let values = |count| if count == 1 { "1 value".to_owned() } else { format!("{count} values") };
        Found::Mismatch(format!("it holds {}, the path has {}", values(count), parameters(has)))
    }
}

fn parameters(count: usize) -> String {
    if count == 1 { "1 parameter".to_owned() } else { format!("{count} parameters") }
}

macro_rules! one_value {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Found> {
            Err(self.wants(1))
        }
    )*};
}

macro_rules! cant_tell {
    ($($method:ident($($ty:ty),*);)*) => {$(
        fn $method<V: Visitor<'de>>(self, $(_: $ty,)* _: V) -> Result<V::Value, Found> {
            Err(Found::CantTell)
        }
    )*};
}

impl<'de> de::Deserializer<'de> for Probe<'_> {
    type Error = Found;

    one_value! {
        deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128 deserialize_f32
        deserialize_f64 deserialize_char deserialize_str deserialize_string
    }

    cant_tell! {
        deserialize_any(); deserialize_bytes(); deserialize_byte_buf(); deserialize_option(); deserialize_unit();
        deserialize_unit_struct(&'static str); deserialize_seq(); deserialize_map(); deserialize_identifier();
        deserialize_ignored_any();
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Found> {
        Err(self.wants(1))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Found> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, len: usize, _: V) -> Result<V::Value, Found> {
        Err(self.wants(len))
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        len: usize,
        _: V,
    ) -> Result<V::Value, Found> {
        Err(self.wants(len))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Found> {
        visitor.visit_map(Names(self.names))
    }
}

/// Every parameter by name, each with a dummy value.
struct Names<'n>(&'n [&'n str]);

impl<'de> MapAccess<'de> for Names<'_> {
    type Error = Found;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Found> {
        let Some((name, _)) = self.0.split_first() else { return Ok(None) };
        let name: de::value::StrDeserializer<'_, Found> = name.into_deserializer();
        seed.deserialize(name).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Found> {
        self.0 = self.0.get(1..).unwrap_or_default();
        seed.deserialize(Dummy)
    }
}

/// A value that most types accept.
struct Dummy;

macro_rules! dummies {
    ($($method:ident $visit:ident $value:expr;)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Found> {
            visitor.$visit($value)
        }
    )*};
}

impl<'de> de::Deserializer<'de> for Dummy {
    type Error = Found;

    dummies! {
        deserialize_bool visit_bool false;
        deserialize_i8 visit_i8 1; deserialize_i16 visit_i16 1; deserialize_i32 visit_i32 1;
        deserialize_i64 visit_i64 1; deserialize_i128 visit_i128 1; deserialize_u8 visit_u8 1;
        deserialize_u16 visit_u16 1; deserialize_u32 visit_u32 1; deserialize_u64 visit_u64 1;
        deserialize_u128 visit_u128 1; deserialize_f32 visit_f32 1.0; deserialize_f64 visit_f64 1.0;
        deserialize_char visit_char '1'; deserialize_str visit_str "1"; deserialize_string visit_str "1";
        deserialize_any visit_str "1";
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Found> {
        visitor.visit_none()
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Found> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Found> {
        let first: de::value::StrDeserializer<'_, Found> =
            variants.first().copied().unwrap_or_default().into_deserializer();
        visitor.visit_enum(first)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Found> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bytes byte_buf unit unit_struct seq tuple tuple_struct map struct identifier
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    struct Post {
        _user: u64,
        #[serde(rename = "post")]
        _id: Option<String>,
    }

    #[derive(Deserialize)]
    struct Id(#[allow(dead_code)] u32);

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Strict {
        _user: u64,
    }

    #[test]
    fn what_fits_and_what_does_not() {
        assert_eq!(check::<u32>(&["id"]), None);
        assert_eq!(check::<Id>(&["id"]), None);
        assert_eq!(check::<(u32, String)>(&["a", "b"]), None);
        assert_eq!(check::<HashMap<String, String>>(&["a", "b"]), None);
        assert_eq!(check::<Post>(&["_user", "post"]), None);
        assert_eq!(check::<Post>(&["_user"]), None, "an optional field may be absent");

        assert_eq!(check::<u32>(&["a", "b"]).as_deref(), Some("it holds 1 value, the path has 2 parameters"));
        assert_eq!(
            check::<(u32, u32)>(&["a"]).as_deref(),
            Some("it holds 2 values, the path has 1 parameter")
        );
        assert_eq!(
            check::<Post>(&["post"]).as_deref(),
            Some("its field `_user` is no parameter of the path")
        );
        assert_eq!(
            check::<Strict>(&["_user", "x"]).as_deref(),
            Some("it has no field for the parameter `x`")
        );
    }
}
