//! A whole query string or URL-encoded form -> a value: a struct, a map, or pairs in order.
//!
//! Flat, as HTML forms are: `a[b]` is a name like any other. A repeated name fills a `Vec`; a scalar refuses it.

use std::borrow::Cow;

use serde::de::value::{MapDeserializer, StrDeserializer};
use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, IntoDeserializer as _, MapAccess, Visitor};
use serde::forward_to_deserialize_any;

use crate::decode::{Pair, pairs};
use crate::text::{MOST_PAIRS, Text, TextError};

/// A value of the names and values of a query string or a form.
pub(crate) fn from_str<T: DeserializeOwned>(text: &str) -> Result<T, TextError> {
    let pairs: Vec<Pair<'_>> = pairs(text).take(MOST_PAIRS + 1).collect::<Result<_, _>>()?;
    if pairs.len() > MOST_PAIRS {
        return Err(TextError::TooMany);
    }
    T::deserialize(Form(&pairs))
}

#[derive(Clone, Copy)]
struct Form<'p>(&'p [Pair<'p>]);

impl<'p> Form<'p> {
    /// Each name once, with all its values in order.
    fn grouped(self) -> Vec<(&'p str, Vec<Cow<'p, str>>)> {
        let mut sorted: Vec<(&str, &str)> = self.0.iter().map(|(name, value)| (&**name, &**value)).collect();
        // A stable sort keeps the order of the values.
        sorted.sort_by_key(|(name, _)| *name);
        let same_name = sorted.chunk_by(|(a, _), (b, _)| a == b);
        let group = |pairs: &[(&'p str, &'p str)]| {
            let (name, _) = pairs.first()?;
            Some((*name, pairs.iter().map(|(_, value)| Cow::Borrowed(*value)).collect()))
        };
        same_name.filter_map(group).collect()
    }

    fn map<'de, V: Visitor<'de>>(self, fields: Fields, visitor: V) -> Result<V::Value, TextError> {
        let groups = self.grouped();
        visitor.visit_map(Groups { groups: &groups, fields, next: None })
    }
}

/// The names of the fields of a struct; none of a map.
type Fields = &'static [&'static str];

impl<'de> Deserializer<'de> for Form<'_> {
    type Error = TextError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, TextError> {
        self.map(&[], visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: Fields,
        visitor: V,
    ) -> Result<V::Value, TextError> {
        self.map(fields, visitor)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, TextError> {
        let pairs = self.0.iter().map(|(name, value)| (&**name, &**value));
        MapDeserializer::new(pairs).deserialize_seq(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, TextError> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, TextError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, TextError> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf
        unit_struct tuple tuple_struct map enum identifier ignored_any
    }
}

struct Groups<'g, 'p> {
    groups: &'g [(&'p str, Vec<Cow<'p, str>>)],
    fields: Fields,
    next: Option<&'g (&'p str, Vec<Cow<'p, str>>)>,
}

impl<'de> MapAccess<'de> for Groups<'_, '_> {
    type Error = TextError;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, TextError> {
        let Some((first, rest)) = self.groups.split_first() else { return Ok(None) };
        (self.groups, self.next) = (rest, Some(first));
        let name: StrDeserializer<'_, TextError> = first.0.into_deserializer();
        seed.deserialize(name).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, TextError> {
        let Some((name, values)) = self.next else { return Err(TextError::Missing) };
        seed.deserialize(Text { values, any_is_several: true }).map_err(|error| {
            match self.fields.iter().find(|field| *field == name) {
                Some(field) => TextError::Field(field, Box::new(error)),
                None => error,
            }
        })
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.groups.len())
    }
}
