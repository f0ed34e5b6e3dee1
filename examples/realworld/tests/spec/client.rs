//! A client that speaks HTTP itself: what a browser would never send is sent as well.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Error, ErrorKind, Read as _, Result, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

use crate::check;
use crate::operations::{self, BASE};

/// The password of every user. No answer and no log may ever hold it.
pub(crate) const PASSWORD: &str = "s3cret-passphrase";

/// What all passwords of the tests have in common.
pub(crate) const SECRET: &str = "s3cret";

pub(crate) const JSON: &str = "content-type: application/json\r\n";

/// The longest answer of success of each operation.
pub(crate) type Log = Arc<Mutex<BTreeMap<String, String>>>;

/// An answer as it came.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) request: String,
    pub(crate) status: u16,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
    /// The body; null where there is none.
    pub(crate) json: Value,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    /// Has this status.
    #[track_caller]
    pub(crate) fn is(self, status: u16) -> Answer {
        assert_eq!(self.status, status, "{self:#?}");
        self
    }

    /// Has one of these statuses.
    #[track_caller]
    pub(crate) fn one_of(self, statuses: &[u16]) -> Answer {
        assert!(statuses.contains(&self.status), "none of {statuses:?}: {self:#?}");
        self
    }

    /// Refuses because of this field.
    #[track_caller]
    pub(crate) fn refuses(self, status: u16, field: &str) -> Answer {
        let answer = self.is(status);
        assert!(answer.json["errors"].get(field).is_some(), "no errors.{field}: {answer:#?}");
        answer
    }

    /// Refuses because of this field, in these words.
    #[track_caller]
    pub(crate) fn says(self, status: u16, field: &str, words: &str) -> Answer {
        let answer = self.refuses(status, field);
        assert_eq!(answer.json["errors"][field], json!([words]), "{answer:#?}");
        answer
    }

    /// What the answer is about.
    #[track_caller]
    pub(crate) fn take(mut self, key: &str) -> Value {
        assert!(self.json.get(key).is_some(), "no {key}: {self:#?}");
        self.json[key].take()
    }
}

/// Somebody who asks, with a token or without.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    pub(crate) address: SocketAddr,
    pub(crate) name: String,
    pub(crate) email: String,
    /// All of the header: scheme and token.
    pub(crate) authorization: Option<Vec<u8>>,
    pub(crate) log: Log,
}

impl Client {
    pub(crate) fn anonymous(address: SocketAddr, log: Log) -> Client {
        Client { address, name: String::new(), email: String::new(), authorization: None, log }
    }

    /// The same with this header.
    pub(crate) fn with(&self, authorization: impl Into<Vec<u8>>) -> Client {
        Client { authorization: Some(authorization.into()), ..self.clone() }
    }

    pub(crate) fn with_token(&self, token: &str) -> Client {
        self.with(format!("Token {token}"))
    }

    /// The token that it has.
    pub(crate) fn token(&self) -> String {
        let header = String::from_utf8(self.authorization.clone().expect("a header")).expect("text");
        header.strip_prefix("Token ").expect("a token").to_owned()
    }

    /// A new user.
    #[track_caller]
    pub(crate) fn register(&self, name: &str, email: &str) -> Client {
        let user = json!({"user": {"username": name, "email": email, "password": PASSWORD}});
        let user = self.post("/users", &user).is(201).take("user");
        assert_eq!((&user["username"], &user["email"]), (&json!(name), &json!(email)));
        let client = self.with_token(text(&user["token"]));
        Client { name: name.to_owned(), email: email.to_owned(), ..client }
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.ask("GET", &format!("{BASE}{path}"), "", b"")
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Answer {
        self.ask("POST", &format!("{BASE}{path}"), JSON, body.to_string().as_bytes())
    }

    /// Without a body.
    pub(crate) fn touch(&self, path: &str) -> Answer {
        self.ask("POST", &format!("{BASE}{path}"), "", b"")
    }

    pub(crate) fn put(&self, path: &str, body: &Value) -> Answer {
        self.ask("PUT", &format!("{BASE}{path}"), JSON, body.to_string().as_bytes())
    }

    pub(crate) fn delete(&self, path: &str) -> Answer {
        self.ask("DELETE", &format!("{BASE}{path}"), "", b"")
    }

    /// Any request; its answer has been checked. `headers` are lines, each with its end.
    #[track_caller]
    pub(crate) fn ask(&self, method: &str, target: &str, headers: &str, body: &[u8]) -> Answer {
        let answer = self.try_ask(method, target, headers, body);
        answer.unwrap_or_else(|error| panic!("{method} {target}: {error}"))
    }

    /// As [`Client::ask`], where the server may be gone.
    #[track_caller]
    pub(crate) fn try_ask(&self, method: &str, target: &str, headers: &str, body: &[u8]) -> Result<Answer> {
        let headers = format!("origin: http://conduit.test\r\nconnection: close\r\n{headers}");
        let head = self.head(method, target, &headers, body.len());
        let mut stream = connect(self.address)?;
        // One that refuses a large body need not take all of it. It answers all the same.
        let _ = stream.write_all(&[&head, body].concat());
        let answer = receive(&mut BufReader::new(stream), method, target)?;
        self.checked(method, target, answer)
    }

    /// As [`Client::try_ask`], on a connection that stays open.
    #[track_caller]
    pub(crate) fn ask_on(
        &self,
        stream: &mut BufReader<TcpStream>,
        method: &str,
        target: &str,
        headers: &str,
        body: &[u8],
    ) -> Result<Answer> {
        let head = self.head(method, target, headers, body.len());
        stream.get_mut().write_all(&[&head, body].concat())?;
        let answer = receive(stream, method, target)?;
        self.checked(method, target, answer)
    }

    /// An answer that has not been checked.
    #[track_caller]
    pub(crate) fn unchecked(&self, method: &str, target: &str) -> Answer {
        let head = self.head(method, target, "connection: close\r\n", 0);
        let mut stream = connect(self.address).expect("a connection");
        stream.write_all(&head).expect("a request sent");
        receive(&mut BufReader::new(stream), method, target).expect("an answer")
    }

    #[track_caller]
    fn checked(&self, method: &str, target: &str, answer: Answer) -> Result<Answer> {
        let operation = operations::find(method, target);
        check::answer(method, operation, &answer);
        if let Some(operation) = operation.filter(|operation| operation.success == answer.status) {
            let mut log = self.log.lock().expect("no panic");
            let longest = log.entry(operation.name()).or_default();
            if answer.body.len() > longest.len() {
                longest.clone_from(&answer.body);
            }
        }
        Ok(answer)
    }

    fn head(&self, method: &str, target: &str, headers: &str, length: usize) -> Vec<u8> {
        let mut head = format!("{method} {target} HTTP/1.1\r\nhost: localhost\r\n{headers}").into_bytes();
        if let Some(authorization) = &self.authorization {
            head.extend([b"authorization: ", authorization.as_slice(), b"\r\n"].concat());
        }
        if length > 0 || method == "POST" || method == "PUT" {
            head.extend(format!("content-length: {length}\r\n").bytes());
        }
        head.extend(b"\r\n");
        head
    }
}

/// A connection on which an answer must begin in time.
pub(crate) fn connect(address: SocketAddr) -> Result<TcpStream> {
    let stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(60)))?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// Reads one answer.
pub(crate) fn receive(stream: &mut BufReader<TcpStream>, method: &str, target: &str) -> Result<Answer> {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line)? == 0 {
            return Err(Error::new(ErrorKind::UnexpectedEof, "no answer"));
        }
        match line.trim_end() {
            "" => break,
            line => lines.push(line.to_owned()),
        }
    }
    let status = lines[0].split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    let headers: Vec<(String, String)> = lines[1..]
        .iter()
        .map(|line| line.split_once(':').expect("a header"))
        .map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()))
        .collect();
    let request = format!("{method} {target}");
    let mut answer = Answer { request, status, headers, body: String::new(), json: Value::Null };
    if method != "HEAD" {
        let length = answer.header("content-length").map_or(0, |length| length.parse().expect("a length"));
        let mut body = vec![0; length];
        stream.read_exact(&mut body)?;
        answer.body = String::from_utf8(body).expect("a body in UTF-8");
        if !answer.body.is_empty() {
            answer.json = serde_json::from_str(&answer.body).unwrap_or(Value::Null);
        }
    }
    Ok(answer)
}

/// Text as a segment of a path or as a value in a query.
pub(crate) fn encode(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    // The segment `.` would be taken for the folder itself.
    let dots = text == "." || text == "..";
    let encoded = |byte: u8| match plain(byte) && !dots {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    };
    text.bytes().map(encoded).collect()
}

#[track_caller]
pub(crate) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}"))
}

/// One field of each element of a list.
#[track_caller]
pub(crate) fn each<'a>(list: &'a Value, field: &str) -> Vec<&'a str> {
    let list = list.as_array().unwrap_or_else(|| panic!("no list: {list}"));
    list.iter().map(|element| text(&element[field])).collect()
}

/// An article with this title, as the body of a request.
pub(crate) fn new_article(title: &str, tags: &[&str]) -> Value {
    json!({"article": {"title": title, "description": "About it.", "body": "It.", "tagList": tags}})
}

/// Steps that many tests take.
impl Client {
    /// Its new article.
    #[track_caller]
    pub(crate) fn article(&self, title: &str, tags: &[&str]) -> Value {
        let article = self.post("/articles", &new_article(title, tags)).is(201).take("article");
        assert_eq!(article["title"], title, "{article}");
        article
    }

    /// The slug of its new article.
    #[track_caller]
    pub(crate) fn slug(&self, title: &str) -> String {
        text(&self.article(title, &[])["slug"]).to_owned()
    }

    /// The id of its new comment.
    #[track_caller]
    pub(crate) fn comment(&self, slug: &str, body: &str) -> i64 {
        let comment = json!({"comment": {"body": body}});
        let comment = self.post(&format!("/articles/{slug}/comments"), &comment).is(200).take("comment");
        assert_eq!(comment["body"], body, "{comment}");
        comment["id"].as_i64().expect("an integer")
    }

    /// How many articles a list counts, and the titles on this page of it.
    #[track_caller]
    pub(crate) fn titles(&self, path: &str) -> (i64, Vec<String>) {
        let list = self.get(path).is(200).json;
        let titles = each(&list["articles"], "title").into_iter().map(str::to_owned).collect();
        (list["articlesCount"].as_i64().expect("a count"), titles)
    }
}
