//! A whole server for `report`: `server axum` or `server routes`. It prints its port.

use std::error::Error;

use benches::{by_hand, routes};
use tokio::net::TcpListener;

fn main() -> Result<(), Box<dyn Error>> {
    // One thread, so that two runs do the same.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        println!("{}", listener.local_addr()?.port());
        match std::env::args().nth(1).as_deref() {
            Some("axum") => axum::serve(listener, by_hand::app()).await?,
            Some("routes") => routes::all().serve(listener).await?,
            _ => return Err("`server axum` or `server routes`".into()),
        }
        Ok(())
    })
}
