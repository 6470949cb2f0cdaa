//! Somebody who opens a demo's link and asks the server, by plain HTTP.

use std::io::{Read, Write};
use std::net::TcpStream;

pub struct Visitor {
    port: u16,
    cookie: String,
    slot: String,
}

impl Visitor {
    pub fn enters(port: u16, link: &str) -> Self {
        let path = link.split_once(&format!(":{port}")).map(|(_, path)| path).unwrap();
        let answer = exchange(port, &format!("GET {path} HTTP/1.1\r\n"), "");
        let cookie = answer.split("set-cookie: ").nth(1).and_then(|rest| rest.split(';').next());
        let cookie = cookie.unwrap().to_owned();
        let slot = cookie.split('=').next().and_then(|name| name.rsplit('-').next()).unwrap();
        let slot = slot.to_owned();
        Self { port, cookie, slot }
    }

    /// The body of the answer.
    pub fn asks(&self, what: &str, body: &str) -> String {
        let Self { cookie, slot, port } = self;
        let head = format!(
            "{what} HTTP/1.1\r\ncookie: {cookie}\r\nsatchel-slot: {slot}\r\norigin: http://localhost:{port}\r\n\
             content-type: application/json\r\n"
        );
        let answer = exchange(*port, &head, body);
        assert!(answer.starts_with("HTTP/1.1 200"), "{what}: {answer}");
        answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap()
    }
}

fn exchange(port: u16, head: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(("localhost", port)).unwrap();
    let length = body.len();
    let rest =
        format!("host: localhost:{port}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n");
    stream.write_all(format!("{head}{rest}{body}").as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}
