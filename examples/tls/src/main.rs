//! HTTPS without a proxy: `tokio-rustls` under the server, HTTP/2 by ALPN.
//!
//! `cargo run -p tls`, then `curl -k https://localhost:3443/hello`. Without `TLS_CERT` and `TLS_KEY`, the paths of a chain and a key
//! in PEM, it makes a certificate for `localhost` that nobody trusts.

use std::env::var;
use std::error::Error;
use std::sync::Arc;

use route_runtime::{Routes, get};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

#[get("/hello")]
async fn hello() -> &'static str {
    "hello over TLS"
}

type Identity = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

/// The certificate chain and the key, by their paths or made up.
fn identity() -> Result<Identity, Box<dyn Error>> {
    match (var("TLS_CERT"), var("TLS_KEY")) {
        (Ok(chain), Ok(key)) => {
            let chain = CertificateDer::pem_file_iter(&chain)
                .and_then(Iterator::collect)
                .map_err(|error| format!("TLS_CERT, {chain}: {error}"))?;
            let key =
                PrivateKeyDer::from_pem_file(&key).map_err(|error| format!("TLS_KEY, {key}: {error}"))?;
            Ok((chain, key))
        }
        (Err(_), Err(_)) => made_up(),
        _ => Err("TLS_CERT and TLS_KEY are set together, or neither".into()),
    }
}

fn made_up() -> Result<Identity, Box<dyn Error>> {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()])?;
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der())?;
    Ok((vec![made.cert.der().clone()], key))
}

/// What speaks TLS with a client.
fn acceptor((chain, key): Identity) -> Result<TlsAcceptor, Box<dyn Error>> {
    let mut config = ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let port = var("PORT").unwrap_or_else(|_| "3443".to_owned());
    let acceptor = acceptor(identity()?)?;
    Routes::collect()
        .into_server()?
        .with_tls(move |tcp| acceptor.accept(tcp))
        .on_listening(|address| println!("https://localhost:{}", address.port()))
        .serve(format!("127.0.0.1:{port}"))
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;
    use std::time::{Duration, Instant};

    use axum::body::Body;
    use axum::extract::Request;
    use http_body_util::BodyExt as _;
    use hyper_util::rt::{TokioExecutor, TokioIo};
    use route_runtime::ServerOptions;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpStream;
    use tokio::sync::oneshot;
    use tokio_rustls::TlsConnector;
    use tokio_rustls::client::TlsStream;
    use tokio_rustls::rustls::pki_types::ServerName;
    use tokio_rustls::rustls::{ClientConfig, RootCertStore};

    use super::*;

    type Outcome = Result<(), Box<dyn Error>>;

    /// A server with a certificate of its own, and the roots of a client that trusts it.
    async fn started(options: ServerOptions) -> Result<(SocketAddr, RootCertStore), Box<dyn Error>> {
        let identity = made_up()?;
        let mut roots = RootCertStore::empty();
        identity.0.iter().try_for_each(|certificate| roots.add(certificate.clone()))?;
        let acceptor = acceptor(identity)?;
        let (tell, told) = oneshot::channel();
        let server = Routes::collect()
            .into_server()?
            .options(options)
            .with_tls(move |tcp| acceptor.accept(tcp))
            .on_listening(|address| {
                let _ = tell.send(address);
            });
        tokio::spawn(server.serve("127.0.0.1:0"));
        Ok((told.await?, roots))
    }

    async fn connect(
        address: SocketAddr,
        roots: RootCertStore,
        protocol: &str,
    ) -> Result<TlsStream<TcpStream>, Box<dyn Error>> {
        let mut config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
        config.alpn_protocols = vec![protocol.as_bytes().to_vec()];
        let tcp = TcpStream::connect(address).await?;
        Ok(TlsConnector::from(Arc::new(config)).connect(ServerName::try_from("localhost")?, tcp).await?)
    }

    #[tokio::test]
    async fn http_1_over_tls() -> Outcome {
        let (address, roots) = started(ServerOptions::new()).await?;
        let mut stream = connect(address, roots, "http/1.1").await?;
        stream.write_all(b"GET /hello HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        assert!(answer.starts_with("HTTP/1.1 200 OK") && answer.ends_with("hello over TLS"), "{answer}");
        Ok(())
    }

    #[tokio::test]
    async fn http_2_by_alpn() -> Outcome {
        let (address, roots) = started(ServerOptions::new()).await?;
        let stream = connect(address, roots, "h2").await?;
        assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
        let (mut client, connection) =
            hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        let request = Request::get("https://localhost/hello").body(Body::empty())?;
        let answer = client.send_request(request).await?;
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.into_body().collect().await?.to_bytes(), "hello over TLS");
        Ok(())
    }

    #[tokio::test]
    async fn who_never_speaks_tls_is_closed() -> Outcome {
        let head = Duration::from_millis(300);
        let (address, roots) = started(ServerOptions::new().head(head)).await?;
        let start = Instant::now();
        let mut silent = TcpStream::connect(address).await?;
        let mut half = TcpStream::connect(address).await?;
        half.write_all(&[0x16, 3, 1]).await?;
        // Shakes hands, and asks nothing.
        let mut quiet = connect(address, roots.clone(), "http/1.1").await?;
        for end in [silent.read(&mut [0]).await, half.read(&mut [0]).await] {
            assert!(matches!(end, Ok(0) | Err(_)), "{end:?}");
        }
        let end = quiet.read(&mut [0]).await;
        assert!(matches!(end, Ok(0) | Err(_)), "{end:?}");
        assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
        // No HTTP where TLS is spoken.
        let mut plain = TcpStream::connect(address).await?;
        plain.write_all(b"GET /hello HTTP/1.1\r\nhost: localhost\r\n\r\n").await?;
        let mut answer = Vec::new();
        let _ = plain.read_to_end(&mut answer).await;
        assert!(!answer.starts_with(b"HTTP"), "{answer:?}");
        // The next is served.
        assert!(connect(address, roots, "h2").await.is_ok());
        Ok(())
    }
}
