//! What one expansion registers.

use std::any::{Any, TypeId};
use std::fmt;
use std::sync::Arc;

use crate::arguments::Refusal;
use crate::call::{Incoming, Reply};
use crate::endpoint::BoxedService;
use crate::info::{InfoRef, RouteInfo};
use crate::shape::ShapeCheck;

/// The handler, erased: everything about its types is behind this pointer.
pub(crate) type Call = fn(Incoming) -> Reply;

/// Wraps a route's service in one `layer = …`.
pub(crate) type LayerFn = fn(BoxedService) -> BoxedService;

/// Checks an extracted argument; the slot that validation fills.
pub(crate) type Validator = fn(&dyn Any) -> Result<(), Refusal>;

/// Describes argument and answer types to a document; the slot that OpenAPI fills.
pub(crate) type Describe = fn(&mut dyn Any);

/// A route as the registry holds it: what was written, and how to call it.
#[derive(Clone)]
pub struct Entry {
    pub(crate) info: InfoRef,
    pub(crate) call: Call,
    pub(crate) state: StateKey,
    pub(crate) layers: &'static [LayerFn],
    pub(crate) shapes: &'static [Option<ShapeCheck>],
    pub(crate) validators: &'static [Option<Validator>],
    pub(crate) describe: Option<Describe>,
}

/// The type of the state that a handler takes.
#[derive(Clone, Copy)]
pub(crate) struct StateKey {
    pub(crate) id: fn() -> TypeId,
    pub(crate) name: fn() -> &'static str,
}

impl Entry {
    /// A route with the state `S`.
    #[must_use]
    pub const fn new<S: 'static>(info: &'static RouteInfo, call: Call) -> Self {
        Self::build::<S>(InfoRef::Static(info), call)
    }

    /// A route made at run time, for tests of whole route sets. Its [`RouteInfo`] is in no request's extensions.
    #[must_use]
    pub fn at_run_time<S: 'static>(info: RouteInfo, call: Call) -> Self {
        Self::build::<S>(InfoRef::Shared(Arc::new(info)), call)
    }

    const fn build<S: 'static>(info: InfoRef, call: Call) -> Self {
        Entry {
            info,
            call,
            state: StateKey { id: TypeId::of::<S>, name: std::any::type_name::<S> },
            layers: &[],
            shapes: &[],
            validators: &[],
            describe: None,
        }
    }

    /// The layers of the route, the outermost first.
    #[must_use]
    pub const fn layers(mut self, layers: &'static [LayerFn]) -> Self {
        self.layers = layers;
        self
    }

    /// Start-up checks of `Path<T>` arguments.
    #[must_use]
    pub const fn path_shapes(mut self, shapes: &'static [Option<ShapeCheck>]) -> Self {
        self.shapes = shapes;
        self
    }

    /// For each argument by position, how its value is validated.
    #[must_use]
    pub const fn validators(mut self, validators: &'static [Option<Validator>]) -> Self {
        self.validators = validators;
        self
    }

    /// How the types of the route describe themselves.
    #[must_use]
    pub const fn describe(mut self, describe: Describe) -> Self {
        self.describe = Some(describe);
        self
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry").field("info", &*self.info).finish_non_exhaustive()
    }
}

inventory::collect!(Entry);
