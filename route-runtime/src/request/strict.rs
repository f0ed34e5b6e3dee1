//! The wrapper that [`json`](super::json) puts around `serde_json`'s deserializer, as `serde_path_to_error` is one: it
//! refuses arrays for structs, and tells a [`Report`] where it is.

use std::fmt;

use serde::de::{
    self, DeserializeSeed, Deserializer, EnumAccess, IgnoredAny, MapAccess, SeqAccess, VariantAccess, Visitor,
};

use super::json::{Names, Report, Step, valid};
use super::mismatch::{Fault, Mismatch, wants};

#[derive(Clone, Copy)]
pub(super) struct Strict<'r, I> {
    pub(super) inner: I,
    pub(super) report: &'r Report,
}

impl<'r, I> Strict<'r, I> {
    fn visit<V>(&self, visitor: V) -> Visit<'r, V> {
        Visit { visitor, report: self.report, is_object: false, fields: &[] }
    }
}

macro_rules! scalars {
    ($($method:ident $wanted:expr;)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
            let visitor = self.visit(visitor);
            self.report.blame(self.inner.$method(visitor), &[], &|| $wanted.to_owned())
        }
    )*};
}

impl<'de, I: Deserializer<'de>> Deserializer<'de> for Strict<'_, I> {
    type Error = Fault;

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
        self.report.blame(self.inner.deserialize_unit_struct(name, visitor), &[], &|| "null".to_owned())
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        let visitor = self.visit(visitor);
        let value = self.inner.deserialize_newtype_struct(name, visitor);
        self.report.blame(value, &[], &valid)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Self::Error> {
        let visitor = self.visit(visitor);
        self.report.blame(self.inner.deserialize_tuple(len, visitor), &[], &|| wants::array_of(len))
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        let visitor = self.visit(visitor);
        let value = self.inner.deserialize_tuple_struct(name, len, visitor);
        self.report.blame(value, &[], &|| wants::array_of(len))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: Names,
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        let visitor = Visit { visitor, report: self.report, is_object: true, fields };
        let value = self.inner.deserialize_struct(name, fields, visitor);
        self.report.blame(value, fields, &|| "an object".to_owned())
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: Names,
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        let visitor = Visit { visitor, report: self.report, is_object: false, fields: variants };
        let value = self.inner.deserialize_enum(name, variants, visitor);
        self.report.blame(value, variants, &|| wants::one_of(variants))
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
    /// Its fields, or the variants of an enum.
    fields: Names,
}

macro_rules! passed_on {
    ($($method:ident $ty:ty;)*) => {$(
        fn $method<E: de::Error>(self, value: $ty) -> Result<V::Value, E> {
            self.report.stash(self.visitor.$method(value))
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
        self.report.stash(self.visitor.visit_str(value))
    }

    fn visit_borrowed_str<E: de::Error>(self, value: &'de str) -> Result<V::Value, E> {
        self.note_key(value);
        self.report.stash(self.visitor.visit_borrowed_str(value))
    }

    fn visit_none<E: de::Error>(self) -> Result<V::Value, E> {
        self.report.stash(self.visitor.visit_none())
    }

    fn visit_unit<E: de::Error>(self) -> Result<V::Value, E> {
        self.report.stash(self.visitor.visit_unit())
    }

    fn visit_some<D: Deserializer<'de>>(self, inner: D) -> Result<V::Value, D::Error> {
        self.report.stash(self.visitor.visit_some(Strict { inner, report: self.report }))
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, inner: D) -> Result<V::Value, D::Error> {
        self.report.stash(self.visitor.visit_newtype_struct(Strict { inner, report: self.report }))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<V::Value, A::Error> {
        if self.is_object {
            // To its end, for a type that goes on after that.
            while access.next_element::<IgnoredAny>()?.is_some() {}
            return self.report.stash(Err(Fault::Type));
        }
        self.report.stash(self.visitor.visit_seq(Sequence { access, report: self.report, index: 0 }))
    }

    fn visit_map<A: MapAccess<'de>>(self, access: A) -> Result<V::Value, A::Error> {
        let Visit { visitor, report, fields, .. } = self;
        let value = visitor.visit_map(Map { access, report, fields });
        // An object it is, so something else is wrong.
        report.stash(report.note(value, fields, &valid))
    }

    fn visit_enum<A: EnumAccess<'de>>(self, access: A) -> Result<V::Value, A::Error> {
        self.report.stash(self.visitor.visit_enum(Enum {
            access,
            report: self.report,
            variants: self.fields,
        }))
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
        self.report.stash(self.seed.deserialize(Strict { inner, report: self.report }))
    }
}

struct Sequence<'r, A> {
    access: A,
    report: &'r Report,
    index: usize,
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Sequence<'_, A> {
    type Error = Fault;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Fault> {
        self.report.forget();
        let value = self.access.next_element_seed(Seed { seed, report: self.report });
        let value = self.report.blame(value, &[], &valid);
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
    fields: Names,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Map<'_, A> {
    type Error = Fault;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Fault> {
        self.report.forget();
        let key = self.access.next_key_seed(Seed { seed, report: self.report });
        let key = self.report.blame(key, &[], &valid);
        let of_a_struct = || !self.fields.is_empty() || matches!(key, Err(Fault::UnknownField(_)));
        if self.report.watches && key.is_err() {
            // Of a struct more can be said than that a key is none of its fields.
            let mismatch = self.report.mismatch.take().filter(|_| !of_a_struct());
            self.report.mismatch.replace(mismatch.map(Mismatch::of_a_key));
        }
        key
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Fault> {
        let key = self.report.key.take();
        self.report.forget();
        let value = self.access.next_value_seed(Seed { seed, report: self.report });
        let value = self.report.blame(value, &[], &valid);
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
    variants: Names,
}

impl<'de, 'r, A: EnumAccess<'de>> EnumAccess<'de> for Enum<'r, A> {
    type Error = Fault;
    type Variant = Variant<'r, A::Variant>;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self::Variant), Fault> {
        let variant = self.access.variant_seed(Seed { seed, report: self.report });
        if variant.is_err() {
            // Which variants there are, the enum says.
            self.report.forget();
        }
        let (value, access) = self.report.lifted(variant)?;
        let name = Some(self.report.key.take()).filter(|name| self.variants.contains(&name.as_str()));
        Ok((value, Variant { access, report: self.report, name }))
    }
}

struct Variant<'r, A> {
    access: A,
    report: &'r Report,
    /// A variant that the type has.
    name: Option<String>,
}

impl<A> Variant<'_, A> {
    fn within<T>(report: &Report, name: Option<&str>, result: Result<T, Fault>) -> Result<T, Fault> {
        report.within(result, &|| name.map_or(Step::Unknown, |name| Step::Known(name.to_owned())))
    }
}

impl<'de, A: VariantAccess<'de>> VariantAccess<'de> for Variant<'_, A> {
    type Error = Fault;

    fn unit_variant(self) -> Result<(), Fault> {
        self.report.blame(self.access.unit_variant(), &[], &valid)
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Fault> {
        let value = self.access.newtype_variant_seed(Seed { seed, report: self.report });
        let value = self.report.blame(value, &[], &valid);
        Self::within(self.report, self.name.as_deref(), value)
    }

    fn tuple_variant<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Fault> {
        let visitor = Visit { visitor, report: self.report, is_object: false, fields: &[] };
        let value = self.access.tuple_variant(len, visitor);
        let value = self.report.blame(value, &[], &|| wants::array_of(len));
        Self::within(self.report, self.name.as_deref(), value)
    }

    fn struct_variant<V: Visitor<'de>>(self, fields: Names, visitor: V) -> Result<V::Value, Fault> {
        let visitor = Visit { visitor, report: self.report, is_object: true, fields };
        let value = self.access.struct_variant(fields, visitor);
        let value = self.report.blame(value, fields, &|| "an object".to_owned());
        Self::within(self.report, self.name.as_deref(), value)
    }
}
