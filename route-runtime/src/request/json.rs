//! JSON bodies -> values, stricter than serde: an array is no object, but where serde keeps a part of the document to look
//! at it twice, as for untagged enums. And what is wrong with one, without its text.
//!
//! A wrapper around `serde_json`'s deserializer, as that of `serde_path_to_error`. The first reading only refuses arrays
//! for structs. What does not fit is read again to find out where and why: a good body pays nothing for that.

use std::cell::RefCell;
use std::fmt;

use serde::de::{
    self, DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, Error as _, IgnoredAny, MapAccess,
    SeqAccess, VariantAccess, Visitor,
};
use serde_json::error::Category;

use super::mismatch::{Mismatch, wants};

/// Why a body is no `T`.
#[derive(Debug)]
pub(super) enum JsonError {
    /// It is no JSON.
    Syntax,
    /// It is JSON of another shape.
    Shape(Mismatch),
}

/// A value from the bytes of a JSON document.
pub(super) fn from_slice<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, JsonError> {
    let read = |report: &Report| {
        let mut json = serde_json::Deserializer::from_slice(bytes);
        let value = T::deserialize(Strict { inner: &mut json, report })?;
        json.end().map(|()| value)
    };
    let error = match read(&Report::default()) {
        Ok(value) => return Ok(value),
        Err(error) => error,
    };
    // What does not fit may stand before what is no JSON.
    if !is_about_shape(&error) || serde_json::from_slice::<IgnoredAny>(bytes).is_err() {
        return Err(JsonError::Syntax);
    }
    let report = Report { watches: true, ..Report::default() };
    match read(&report) {
        Ok(value) => Ok(value),
        Err(_) => Err(JsonError::Shape(report.mismatch.take().unwrap_or_default())),
    }
}

/// `serde_json` files some mismatches under syntax: keys that are no numbers, and what is no integer of 128 bits.
fn is_about_shape(error: &serde_json::Error) -> bool {
    let misfiled = ["invalid value: expected key", "invalid number"];
    match error.classify() {
        Category::Data => true,
        Category::Syntax => misfiled.iter().any(|start| error.to_string().starts_with(start)),
        Category::Eof | Category::Io => false,
    }
}

/// What the second reading finds.
#[derive(Default)]
struct Report {
    watches: bool,
    mismatch: RefCell<Option<Mismatch>>,
    /// The key that was read last.
    key: RefCell<String>,
}

impl Report {
    /// Notes what was wanted where an error comes from, unless something below has done so.
    fn blame<T, E: fmt::Display>(&self, result: Result<T, E>, wanted: &dyn Fn() -> String) -> Result<T, E> {
        self.blame_one_of(&[], result, wanted)
    }

    /// The same of a struct with these fields.
    fn blame_one_of<T, E: fmt::Display>(
        &self,
        fields: Fields,
        result: Result<T, E>,
        wanted: &dyn Fn() -> String,
    ) -> Result<T, E> {
        if let (true, Err(error)) = (self.watches, &result) {
            let mut mismatch = self.mismatch.borrow_mut();
            mismatch.get_or_insert_with(|| Mismatch::of(&error.to_string(), fields, wanted));
        }
        result
    }

    /// Puts a step of the way to the place before what was noted below it.
    fn within<T, E: fmt::Display>(&self, result: Result<T, E>, step: &dyn Fn() -> Step) -> Result<T, E> {
        let result = self.blame(result, &|| wants::VALID.to_owned());
        if self.watches && result.is_ok() {
            // A type may try one thing after another.
            self.mismatch.take();
        }
        if let (true, Err(_), Some(mismatch)) = (self.watches, &result, &mut *self.mismatch.borrow_mut()) {
            match step() {
                Step::Known(step) => mismatch.below(&step),
                Step::Unknown => mismatch.inside(),
            }
        }
        result
    }
}

/// A step from a container to one of its values.
enum Step {
    /// An index, or a field that the type has.
    Known(String),
    /// A key that only the client knows, and is not to read back.
    Unknown,
}

/// The names of the fields of a struct; none of a map.
type Fields = &'static [&'static str];

#[derive(Clone, Copy)]
struct Strict<'r, I> {
    inner: I,
    report: &'r Report,
}

impl<'r, I> Strict<'r, I> {
    fn visit<V>(&self, visitor: V) -> Visit<'r, V> {
        Visit { visitor, report: self.report, is_object: false, fields: &[] }
    }
}

macro_rules! scalars {
    ($($method:ident $wanted:expr;)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
            let visitor = self.visit(visitor);
            self.report.blame(self.inner.$method(visitor), &|| $wanted.to_owned())
        }
    )*};
}

impl<'de, I: Deserializer<'de>> Deserializer<'de> for Strict<'_, I> {
    type Error = I::Error;

    scalars! {
        deserialize_any wants::VALID;
        deserialize_bool wants::BOOL;
        deserialize_i8 wants::I8;
        deserialize_i16 wants::I16;
        deserialize_i32 wants::I32;
        deserialize_i64 wants::I64;
        deserialize_i128 wants::I128;
        deserialize_u8 wants::U8;
        deserialize_u16 wants::U16;
        deserialize_u32 wants::U32;
        deserialize_u64 wants::U64;
        deserialize_u128 wants::U128;
        deserialize_f32 wants::NUMBER;
        deserialize_f64 wants::NUMBER;
        deserialize_char wants::CHAR;
        deserialize_str "a string";
        deserialize_string "a string";
        deserialize_bytes "an array of bytes";
        deserialize_byte_buf "an array of bytes";
        deserialize_option wants::VALID;
        deserialize_unit "null";
        deserialize_seq "an array";
        deserialize_map "an object";
        deserialize_identifier wants::VALID;
        deserialize_ignored_any wants::VALID;
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        let visitor = self.visit(visitor);
        self.report.blame(self.inner.deserialize_unit_struct(name, visitor), &|| "null".to_owned())
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        let visitor = self.visit(visitor);
        self.inner.deserialize_newtype_struct(name, visitor)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Self::Error> {
        let visitor = self.visit(visitor);
        self.report.blame(self.inner.deserialize_tuple(len, visitor), &|| wants::array_of(len))
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        let visitor = self.visit(visitor);
        let value = self.inner.deserialize_tuple_struct(name, len, visitor);
        self.report.blame(value, &|| wants::array_of(len))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: Fields,
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        let visitor = Visit { visitor, report: self.report, is_object: true, fields };
        let value = self.inner.deserialize_struct(name, fields, visitor);
        self.report.blame(value, &|| "an object".to_owned())
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: Fields,
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        let visitor = self.visit(visitor);
        let value = self.inner.deserialize_enum(name, variants, visitor);
        self.report.blame(value, &|| wants::one_of(variants))
    }

    fn is_human_readable(&self) -> bool {
        self.inner.is_human_readable()
    }
}

struct Visit<'r, V> {
    visitor: V,
    report: &'r Report,
    /// A struct, which no array fills.
    is_object: bool,
    fields: Fields,
}

macro_rules! passed_on {
    ($($method:ident $ty:ty;)*) => {$(
        fn $method<E: de::Error>(self, value: $ty) -> Result<V::Value, E> {
            self.visitor.$method(value)
        }
    )*};
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Visit<'_, V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.visitor.expecting(f)
    }

    passed_on! {
        visit_bool bool;
        visit_i8 i8;
        visit_i16 i16;
        visit_i32 i32;
        visit_i64 i64;
        visit_i128 i128;
        visit_u8 u8;
        visit_u16 u16;
        visit_u32 u32;
        visit_u64 u64;
        visit_u128 u128;
        visit_f32 f32;
        visit_f64 f64;
        visit_char char;
        visit_string String;
        visit_bytes &[u8];
        visit_borrowed_bytes &'de [u8];
        visit_byte_buf Vec<u8>;
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<V::Value, E> {
        self.note_key(value);
        self.visitor.visit_str(value)
    }

    fn visit_borrowed_str<E: de::Error>(self, value: &'de str) -> Result<V::Value, E> {
        self.note_key(value);
        self.visitor.visit_borrowed_str(value)
    }

    fn visit_none<E: de::Error>(self) -> Result<V::Value, E> {
        self.visitor.visit_none()
    }

    fn visit_unit<E: de::Error>(self) -> Result<V::Value, E> {
        self.visitor.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, inner: D) -> Result<V::Value, D::Error> {
        self.visitor.visit_some(Strict { inner, report: self.report })
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, inner: D) -> Result<V::Value, D::Error> {
        self.visitor.visit_newtype_struct(Strict { inner, report: self.report })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, access: A) -> Result<V::Value, A::Error> {
        if self.is_object {
            return Err(A::Error::custom("an array"));
        }
        self.visitor.visit_seq(Sequence { access, report: self.report, index: 0 })
    }

    fn visit_map<A: MapAccess<'de>>(self, access: A) -> Result<V::Value, A::Error> {
        let Visit { visitor, report, fields, .. } = self;
        // An object it is, so something else is wrong.
        report.blame_one_of(fields, visitor.visit_map(Map { access, report, fields }), &|| {
            wants::VALID.to_owned()
        })
    }

    fn visit_enum<A: EnumAccess<'de>>(self, access: A) -> Result<V::Value, A::Error> {
        self.visitor.visit_enum(Enum { access, report: self.report })
    }
}

impl<V> Visit<'_, V> {
    fn note_key(&self, text: &str) {
        if self.report.watches {
            text.clone_into(&mut self.report.key.borrow_mut());
        }
    }
}

/// Reads one value of a container.
struct Seed<'r, S> {
    seed: S,
    report: &'r Report,
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Seed<'_, S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, inner: D) -> Result<S::Value, D::Error> {
        self.seed.deserialize(Strict { inner, report: self.report })
    }
}

struct Sequence<'r, A> {
    access: A,
    report: &'r Report,
    index: usize,
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Sequence<'_, A> {
    type Error = A::Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        let value = self.access.next_element_seed(Seed { seed, report: self.report });
        let index = self.index;
        self.index += 1;
        self.report.within(value, &|| Step::Known(index.to_string()))
    }

    fn size_hint(&self) -> Option<usize> {
        self.access.size_hint()
    }
}

struct Map<'r, A> {
    access: A,
    report: &'r Report,
    fields: Fields,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Map<'_, A> {
    type Error = A::Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        let key = self.access.next_key_seed(Seed { seed, report: self.report });
        if key.is_err() && self.report.watches {
            // Of a struct more can be said than that a key is none of its fields.
            let mismatch = self.report.mismatch.take().filter(|_| self.fields.is_empty());
            self.report.mismatch.replace(mismatch.map(Mismatch::of_a_key));
        }
        key
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        let key = self.report.key.take();
        let value = self.access.next_value_seed(Seed { seed, report: self.report });
        let known = || self.fields.contains(&key.as_str());
        self.report.within(value, &|| if known() { Step::Known(key.clone()) } else { Step::Unknown })
    }

    fn size_hint(&self) -> Option<usize> {
        self.access.size_hint()
    }
}

struct Enum<'r, A> {
    access: A,
    report: &'r Report,
}

impl<'de, 'r, A: EnumAccess<'de>> EnumAccess<'de> for Enum<'r, A> {
    type Error = A::Error;
    type Variant = Variant<'r, A::Variant>;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self::Variant), A::Error> {
        let variant = self.access.variant_seed(Seed { seed, report: self.report });
        if variant.is_err() {
            // Which there are, the enum says.
            self.report.mismatch.take();
        }
        let (value, access) = variant?;
        let name = self.report.key.take();
        Ok((value, Variant { access, report: self.report, name }))
    }
}

struct Variant<'r, A> {
    access: A,
    report: &'r Report,
    /// A variant that the type has, or it would not be read.
    name: String,
}

impl<A> Variant<'_, A> {
    fn within<T, E: fmt::Display>(report: &Report, name: &str, result: Result<T, E>) -> Result<T, E> {
        report.within(result, &|| Step::Known(name.to_owned()))
    }
}

impl<'de, A: VariantAccess<'de>> VariantAccess<'de> for Variant<'_, A> {
    type Error = A::Error;

    fn unit_variant(self) -> Result<(), A::Error> {
        self.access.unit_variant()
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, A::Error> {
        let value = self.access.newtype_variant_seed(Seed { seed, report: self.report });
        Self::within(self.report, &self.name, value)
    }

    fn tuple_variant<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, A::Error> {
        let visitor = Visit { visitor, report: self.report, is_object: false, fields: &[] };
        let value = self.access.tuple_variant(len, visitor);
        let value = self.report.blame(value, &|| wants::array_of(len));
        Self::within(self.report, &self.name, value)
    }

    fn struct_variant<V: Visitor<'de>>(self, fields: Fields, visitor: V) -> Result<V::Value, A::Error> {
        let visitor = Visit { visitor, report: self.report, is_object: true, fields };
        let value = self.access.struct_variant(fields, visitor);
        let value = self.report.blame(value, &|| "an object".to_owned());
        Self::within(self.report, &self.name, value)
    }
}
