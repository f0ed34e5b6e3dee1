//! A whole server for `report`: `server axum|routes [<count of routes>]`. It prints its port.

use std::error::Error;

use benches::many::Written;
use benches::{App, Way, by_hand, routes};
use tokio::net::TcpListener;

fn main() -> Result<(), Box<dyn Error>> {
    // One thread, so that two runs do the same.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        println!("{}", listener.local_addr()?.port());
        let mut arguments = std::env::args().skip(1);
        let (way, count) = (arguments.next(), arguments.next().map(|count| count.parse()).transpose()?);
        match (way.as_deref(), count) {
            (Some("axum"), None) => axum::serve(listener, by_hand::app()).await?,
            (Some("axum"), Some(count)) => {
                if let App::Router(router) = Written::new(Way::Axum, count).build() {
                    axum::serve(listener, router).await?;
                }
            }
            (Some("routes"), None) => routes::all().serve(listener).await?,
            (Some("routes"), Some(count)) => {
                Written::new(Way::Routes, count).routes().serve(listener).await?;
            }
            _ => return Err("`server axum|routes [<count of routes>]`".into()),
        }
        Ok(())
    })
}
