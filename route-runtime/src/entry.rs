//! What one expansion registers.

use std::any::{Any, TypeId};
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicUsize};

use crate::endpoint::BoxedService;
use crate::incoming::{Incoming, Reply};
use crate::info::RouteInfo;
#[cfg(feature = "openapi")]
use crate::openapi::facts::Facts;
use crate::shape::ShapeCheck;

/// The handler, erased: everything about its types is behind this pointer.
pub(crate) type Call = fn(&mut Incoming) -> Reply;

/// Wraps a route's service in one `layer = …`.
pub(crate) type LayerFn = fn(BoxedService) -> BoxedService;

/// Checks the value of an argument.
#[derive(Debug)]
pub struct Validator {
    /// All that is not valid in the value: JSON pointers and sentences.
    pub check: fn(&dyn Any) -> Vec<(String, String)>,
    /// What the value is, of which the pointers begin with the name.
    pub place: Place,
}

/// Where the value of an argument comes from.
#[derive(Debug, Clone, Copy)]
pub enum Place {
    /// The segment with this index.
    Segment(usize),
    /// The query parameter with this index.
    Query(usize),
    /// An extractor, whose value has names of its own.
    Extractor,
}

/// A route as the registry holds it: what was written, and how to call it.
pub struct Entry {
    pub(crate) info: RouteInfo,
    pub(crate) call: Call,
    pub(crate) state: StateKey,
    pub(crate) layers: &'static [LayerFn],
    pub(crate) shapes: &'static [Option<ShapeCheck>],
    pub(crate) validators: &'static [Option<Validator>],
    #[cfg(feature = "openapi")]
    pub(crate) facts: Option<&'static Facts>,
    /// How long the last JSON answer was.
    pub(crate) last_length: AtomicUsize,
    /// Whether the log knows that the handler forgot to answer.
    pub(crate) told_unfinished: AtomicBool,
    /// Whether the log knows that the handler redirected to elsewhere.
    pub(crate) told_redirect: AtomicBool,
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
    pub const fn new<S: 'static>(info: RouteInfo, call: Call) -> Self {
        Entry {
            info,
            call,
            state: StateKey { id: TypeId::of::<S>, name: std::any::type_name::<S> },
            layers: &[],
            shapes: &[],
            validators: &[],
            #[cfg(feature = "openapi")]
            facts: None,
            last_length: AtomicUsize::new(0),
            told_unfinished: AtomicBool::new(false),
            told_redirect: AtomicBool::new(false),
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

    /// What the types of the route tell of themselves.
    #[cfg(feature = "openapi")]
    #[must_use]
    pub const fn facts(mut self, facts: &'static Facts) -> Self {
        self.facts = Some(facts);
        self
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry").field("info", &self.info).finish_non_exhaustive()
    }
}

/// What `inventory` collects: routes are `static`s, so that everything else can borrow from them.
#[derive(Debug)]
pub struct Registered(pub &'static Entry);

inventory::collect!(Registered);
