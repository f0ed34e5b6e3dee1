//! A WebSocket by axum's own extractor, under `Server`: an upgrade leaves HTTP, its deadlines and its answers behind.

use std::time::Duration;

use axum::extract::ws::WebSocketUpgrade;
use axum::response::Response;
use futures_util::{SinkExt as _, StreamExt as _};
use route_runtime::{Routes, ServerOptions, get};
use tokio::sync::oneshot;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::{Error, Message};

#[get("/echo/[room]")]
async fn echo(room: String, upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(async move |mut socket| {
        while let Some(Ok(message)) = socket.recv().await {
            let Ok(text) = message.to_text() else { break };
            if socket.send(format!("{room}: {text}").into()).await.is_err() {
                break;
            }
        }
    })
}

#[tokio::test]
async fn an_upgraded_connection_lives_on() {
    let short = Duration::from_millis(200);
    let (tell, told) = oneshot::channel();
    let server = Routes::collect()
        .into_server()
        .unwrap()
        // The connection counts for as long as it is open.
        .options(ServerOptions::new().head(short).idle(short).max_connections(2))
        .on_listening(move |address| tell.send(address).unwrap());
    tokio::spawn(server.serve("127.0.0.1:0"));
    let address = told.await.unwrap();

    let (mut socket, answer) = connect_async(format!("ws://{address}/echo/lobby")).await.unwrap();
    assert_eq!(answer.status(), 101);
    for pause in [Duration::ZERO, 4 * short] {
        tokio::time::sleep(pause).await;
        socket.send(Message::text("hello")).await.unwrap();
        assert_eq!(socket.next().await.unwrap().unwrap(), Message::text("lobby: hello"));
    }
    let (second, _) = connect_async(format!("ws://{address}/echo/a")).await.unwrap();
    let third = tokio::time::timeout(3 * short, connect_async(format!("ws://{address}/echo/b"))).await;
    assert!(third.is_err(), "an upgraded connection no longer counts");
    drop(second);
    assert!(connect_async(format!("ws://{address}/echo/b")).await.is_ok());

    // No upgrade is a refusal as others are.
    match connect_async(format!("ws://{address}/echo")).await {
        Err(Error::Http(answer)) => assert_eq!(answer.status(), 404),
        other => panic!("{other:?}"),
    }
}
