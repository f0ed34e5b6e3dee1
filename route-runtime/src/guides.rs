//! Guides, of which every example is compiled.

#[doc = include_str!("../docs/coming_from_nextjs.md")]
pub mod coming_from_nextjs {}

#[doc = include_str!("../docs/coming_from_axum.md")]
pub mod coming_from_axum {}

#[doc = include_str!("../docs/coming_from_rocket.md")]
pub mod coming_from_rocket {}

#[doc = include_str!("../docs/how_it_works.md")]
pub mod how_it_works {}

#[doc = include_str!("../docs/errors.md")]
pub mod errors {}

#[cfg(feature = "testing")]
#[doc = include_str!("../docs/testing.md")]
pub mod testing {}

#[cfg(feature = "server")]
#[doc = include_str!("../docs/deploying.md")]
pub mod deploying {}
