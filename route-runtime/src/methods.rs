//! The methods of a route.

use std::fmt;

use axum::http::Method;

/// The methods that a route is declared for: some of the nine of RFC 9110 and RFC 5789, or every method.
///
/// ```
/// use route_runtime::Methods;
///
/// let methods = Methods::GET.or(Methods::POST);
/// assert!(methods.contains(&http::Method::POST));
/// assert_eq!(methods.to_string(), "GET, POST");
/// # use axum::http;
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Methods(u16);

macro_rules! methods {
    ($($name:ident $bit:literal;)*) => {
        impl Methods {
            $(
                #[doc = concat!("`", stringify!($name), "`")]
                pub const $name: Methods = Methods(1 << $bit);
            )*
            const NAMED: [(Methods, Method); 9] = [$((Methods::$name, Method::$name)),*];
        }
    };
}

methods! {
    GET 0; HEAD 1; POST 2; PUT 3; PATCH 4; DELETE 5; OPTIONS 6; TRACE 7; CONNECT 8;
}

impl Methods {
    /// No method; a start for [`Methods::or`].
    pub const NONE: Methods = Methods(0);
    /// Every method, extension methods like `PROPFIND` too.
    pub const ALL: Methods = Methods(u16::MAX);

    /// These and `other`.
    #[must_use]
    pub const fn or(self, other: Methods) -> Methods {
        Methods(self.0 | other.0)
    }

    /// Whether this is [`Methods::ALL`].
    #[must_use]
    pub const fn is_all(self) -> bool {
        self.0 == Self::ALL.0
    }

    /// Whether `method` is one of these.
    #[must_use]
    pub fn contains(self, method: &Method) -> bool {
        self.is_all() || self.names(method)
    }

    /// Whether `method` is one of these by name, not only as one of all.
    pub(crate) fn names(self, method: &Method) -> bool {
        !self.is_all() && self.0 & Self::of(method).0 != 0
    }

    /// The method by itself; none for one that has no name here.
    pub(crate) fn of(method: &Method) -> Methods {
        match *method {
            Method::GET => Methods::GET,
            Method::HEAD => Methods::HEAD,
            Method::POST => Methods::POST,
            Method::PUT => Methods::PUT,
            Method::PATCH => Methods::PATCH,
            Method::DELETE => Methods::DELETE,
            Method::OPTIONS => Methods::OPTIONS,
            Method::TRACE => Methods::TRACE,
            Method::CONNECT => Methods::CONNECT,
            _ => Methods::NONE,
        }
    }

    /// The methods by name, in a fixed order; nothing for [`Methods::ALL`], which has no list.
    pub fn iter(self) -> impl Iterator<Item = Method> {
        Self::NAMED
            .into_iter()
            .filter(move |(bit, _)| !self.is_all() && self.0 & bit.0 != 0)
            .map(|(_, method)| method)
    }

    /// The methods in both. `ALL` is a fallback behind named methods, not an overlap with them.
    pub(crate) fn overlap(self, other: Methods) -> Methods {
        match (self.is_all(), other.is_all()) {
            (true, true) => Methods::ALL,
            (false, false) => Methods(self.0 & other.0),
            _ => Methods::NONE,
        }
    }
}

impl fmt::Display for Methods {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_all() {
            return f.pad("*");
        }
        let names: Vec<String> = self.iter().map(|method| method.to_string()).collect();
        f.pad(&names.join(", "))
    }
}

impl fmt::Debug for Methods {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Methods({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::Methods;

    #[test]
    fn sets_of_methods() {
        assert_eq!(Methods::GET.or(Methods::GET), Methods::GET);
        assert_eq!(Methods::GET.or(Methods::PUT).or(Methods::GET).to_string(), "GET, PUT");
        assert_eq!(Methods::ALL.or(Methods::GET), Methods::ALL);
        assert_eq!(format!("{:?}", Methods::POST), "Methods(POST)");
    }
}
