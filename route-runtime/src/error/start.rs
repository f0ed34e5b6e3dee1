//! Why a server can't start.

use std::fmt;
use std::io;

use crate::conflict::RoutesError;

/// Why `serve` returned: the routes don't fit together, or the address can't be listened on.
///
/// It prints as one readable report in `Debug` too, so that `fn main() -> Result<(), route_runtime::Error>` shows it.
///
/// ```no_run
/// #[tokio::main]
/// async fn main() -> Result<(), route_runtime::Error> {
///     route_runtime::serve("127.0.0.1:3000").await
/// }
/// ```
pub struct Error(Kind);

enum Kind {
    Routes(RoutesError),
    #[cfg_attr(not(feature = "server"), expect(dead_code))]
    Listen {
        address: String,
        source: io::Error,
    },
}

impl Error {
    #[cfg(feature = "server")]
    pub(crate) fn listen(address: impl Into<String>, source: io::Error) -> Self {
        Error(Kind::Listen { address: address.into(), source })
    }

    /// The problems with the routes, where those are the reason.
    #[must_use]
    pub fn as_routes(&self) -> Option<&RoutesError> {
        match &self.0 {
            Kind::Routes(error) => Some(error),
            Kind::Listen { .. } => None,
        }
    }

    /// Whether the address is taken by another socket.
    #[must_use]
    pub fn is_address_in_use(&self) -> bool {
        matches!(&self.0, Kind::Listen { source, .. } if source.kind() == io::ErrorKind::AddrInUse)
    }
}

impl From<RoutesError> for Error {
    fn from(error: RoutesError) -> Self {
        Error(Kind::Routes(error))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Routes(error) => error.fmt(f),
            Kind::Listen { address, source } => match source.kind() {
                io::ErrorKind::AddrInUse => {
                    write!(
                        f,
                        "can't listen on {address}: the port is in use; stop the other program or take another port"
                    )
                }
                io::ErrorKind::PermissionDenied => {
                    write!(f, "can't listen on {address}: no permission; ports below 1024 need a privilege")
                }
                io::ErrorKind::AddrNotAvailable => {
                    write!(f, "can't listen on {address}: this machine has no such address")
                }
                io::ErrorKind::InvalidInput => {
                    write!(
                        f,
                        "can't listen on {address}: this is no address; write `host:port`, as in `127.0.0.1:3000`"
                    )
                }
                _ => write!(f, "can't listen on {address}: {source}"),
            },
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.0 {
            Kind::Routes(error) => Some(error),
            Kind::Listen { source, .. } => Some(source),
        }
    }
}
