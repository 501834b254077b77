//! A client of Redis and Sentinel: RESP2 over a socket that was made in some network.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

use crate::kubelet::Network;

pub struct Client(BufReader<TcpStream>);

#[derive(Debug, PartialEq, Eq)]
pub enum Reply {
    Text(String),
    Error(String),
    None,
    List(Vec<Reply>),
}

impl Reply {
    /// The text of an answer that is no error; the texts of a list, in lines.
    pub fn text(self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text),
            Self::List(list) => Some(list.into_iter().filter_map(Self::text).collect::<Vec<_>>().join("\n")),
            _ => None,
        }
    }
}

impl Client {
    /// Connects from this network. Each wait for an answer ends after `patience`.
    pub fn connect(network: &Network, address: Ipv4Addr, port: u16, patience: Duration) -> io::Result<Self> {
        let stream = network.within(|| TcpStream::connect_timeout(&SocketAddr::from((address, port)), patience))?;
        stream.set_read_timeout(Some(patience))?;
        stream.set_nodelay(true)?;
        Ok(Self(BufReader::new(stream)))
    }

    /// As `connect`, with the password said.
    pub fn login(network: &Network, address: Ipv4Addr, port: u16, password: &str) -> io::Result<Self> {
        let mut client = Self::connect(network, address, port, PATIENCE)?;
        match client.ask(&["AUTH", password])? {
            Reply::Text(_) => Ok(client),
            other => Err(io::Error::other(format!("{other:?}"))),
        }
    }

    pub fn ask(&mut self, words: &[&str]) -> io::Result<Reply> {
        self.send(words)?;
        self.receive()
    }

    /// Several commands in one packet.
    pub fn send(&mut self, words: &[&str]) -> io::Result<()> {
        let mut out = format!("*{}\r\n", words.len()).into_bytes();
        for word in words {
            out.extend_from_slice(format!("${}\r\n{word}\r\n", word.len()).as_bytes());
        }
        self.0.get_mut().write_all(&out)
    }

    pub fn receive(&mut self) -> io::Result<Reply> {
        let mut line = String::new();
        if self.0.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let line = line.trim_end();
        let (kind, rest) = line.split_at_checked(1).ok_or(io::ErrorKind::InvalidData)?;
        let number = rest.parse::<i64>().unwrap_or(-1);
        Ok(match kind {
            "-" => Reply::Error(rest.to_owned()),
            "$" | "*" if number < 0 => Reply::None,
            "$" => {
                let mut bytes = vec![0; usize::try_from(number).unwrap() + 2];
                self.0.read_exact(&mut bytes)?;
                bytes.truncate(bytes.len() - 2);
                Reply::Text(String::from_utf8_lossy(&bytes).into_owned())
            }
            "*" => Reply::List((0..number).map(|_| self.receive()).collect::<io::Result<_>>()?),
            _ => Reply::Text(rest.to_owned()),
        })
    }
}

/// Long enough for a busy machine, short enough to notice that nobody answers.
pub const PATIENCE: Duration = Duration::from_secs(1);
