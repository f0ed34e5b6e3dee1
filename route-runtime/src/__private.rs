//! Every name that an expansion may use, and nothing else. Not public: it changes with every version.

pub use std::future::ready;

pub use inventory;

pub use crate::__with_types as with_types;
pub use crate::call::{
    Extractor, PathArg, QueryArg, call0, call1, call2, call3, call4, call5, call6, call7, call8, call9,
    call10, call11, call12, call13, call14, call15, call16, respond,
};
pub use crate::config::{ResponseLimit, RouteConfig};
pub use crate::endpoint::layer;
#[cfg(any(feature = "openapi", feature = "garde"))]
pub use crate::entry::Place;
#[cfg(feature = "garde")]
pub use crate::entry::Validator;
pub use crate::entry::{Entry, Registered};
pub use crate::info::RouteInfo;
pub use crate::methods::Methods;
#[cfg(feature = "openapi")]
pub use crate::openapi::facts::{AnswerFact, ArgumentFact, Describes, Facts};
#[cfg(feature = "openapi")]
pub use crate::openapi::told::{Told, ToldNothing, may_be_absent, name_of};
pub use crate::pattern::Segment;
pub use crate::probe::{NoShape, Probe, ReadsBody, one_body};
#[cfg(feature = "garde")]
pub use crate::validate::{Checked, Unchecked};
