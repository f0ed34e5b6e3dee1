//! Where a server listens.

/// Where a [`Server`](crate::Server) listens: an address as text (`"127.0.0.1:3000"`), as a `SocketAddr` or as a pair of host and port,
/// or a bound `TcpListener` of tokio or std.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is nowhere to listen",
    label = "write `\"127.0.0.1:3000\"`, a `SocketAddr`, `(host, port)`, or a bound `TcpListener`"
)]
pub trait Listen: sealed::Listen {}

#[diagnostic::do_not_recommend]
impl<L: sealed::Listen> Listen for L {}

pub(super) mod sealed {
    use std::future::Future;
    use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};

    use socket2::SockRef;
    use tokio::net::{TcpListener, ToSocketAddrs};

    use crate::error::Error;

    pub trait Listen: Send {
        fn listen(self) -> impl Future<Output = Result<TcpListener, Error>> + Send;
    }

    /// How many connections wait to be accepted, as far as the system allows. Who finds no place asks again after a second.
    const QUEUE: i32 = 4096;

    async fn bind(address: impl ToSocketAddrs, shown: String) -> Result<TcpListener, Error> {
        let listener = TcpListener::bind(address).await.map_err(|error| Error::listen(shown, error))?;
        let _ = SockRef::from(&listener).listen(QUEUE);
        Ok(listener)
    }

    macro_rules! addresses {
        ($($ty:ty),*) => {$(
            impl Listen for $ty {
                async fn listen(self) -> Result<TcpListener, Error> {
                    let shown = self.to_string();
                    bind(self, shown).await
                }
            }
        )*};
    }

    addresses!(&str, String, SocketAddr, SocketAddrV4, SocketAddrV6);

    impl Listen for &String {
        async fn listen(self) -> Result<TcpListener, Error> {
            self.as_str().listen().await
        }
    }

    macro_rules! pairs {
        ($($ty:ty),*) => {$(
            impl Listen for ($ty, u16) {
                async fn listen(self) -> Result<TcpListener, Error> {
                    let (host, port) = self;
                    let shown = format!("{host}:{port}");
                    bind((host, port), shown).await
                }
            }
        )*};
    }

    pairs!(&str, String, IpAddr, Ipv4Addr, Ipv6Addr);

    impl Listen for TcpListener {
        async fn listen(self) -> Result<TcpListener, Error> {
            Ok(self)
        }
    }

    impl Listen for std::net::TcpListener {
        async fn listen(self) -> Result<TcpListener, Error> {
            let address =
                self.local_addr().map_or_else(|_| "a listener".to_owned(), |address| address.to_string());
            self.set_nonblocking(true)
                .and_then(|()| TcpListener::from_std(self))
                .map_err(|error| Error::listen(address, error))
        }
    }
}
