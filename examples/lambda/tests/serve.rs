//! The same program without Lambda: a server, until SIGTERM.
#![cfg(unix)]

use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::process::Command;

#[tokio::test]
async fn it_serves_until_sigterm() {
    let mut program = Command::new(env!("CARGO_BIN_EXE_lambda"))
        .env_remove("AWS_LAMBDA_RUNTIME_API")
        .env("PORT", "0")
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(program.stdout.take().unwrap()).lines();
    let line = lines.next_line().await.unwrap().unwrap();
    let port: u16 = line.rsplit(':').next().unwrap().parse().unwrap();

    let mut connection = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let request = "GET /api/greet/Ann%20B?title=Dr. HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n";
    connection.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await.unwrap();
    assert!(
        answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with("\r\n\r\nHello, Dr. Ann B!"),
        "{answer}"
    );

    let id = program.id().unwrap().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().await.unwrap().success());
    let status = tokio::time::timeout(Duration::from_secs(5), program.wait()).await.unwrap().unwrap();
    assert!(status.success(), "{status}");
}
