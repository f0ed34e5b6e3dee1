//! Bytes as a case writes them: a text, or a list of texts and of shorthand for what can't be written as one.

use serde::Deserialize;

/// A text, or parts one after the other.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(crate) enum Bytes {
    Text(String),
    Parts(Vec<Part>),
}

impl Default for Bytes {
    fn default() -> Self {
        Bytes::Parts(Vec::new())
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(crate) enum Part {
    Text(String),
    Short(Short),
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Short {
    Hex(String),
    /// So often.
    Repeat(Bytes, usize),
    /// The preface of HTTP/2 and a frame of empty settings.
    Preface(()),
    /// A frame of HTTP/2: type, flags, stream, payload. A stream of 0 in `each` is that of the turn.
    Frame(u8, u8, u32, Bytes),
    /// A block of headers, none of them in a table, as the payload of a frame.
    Block(Vec<(Bytes, Bytes)>),
    /// The parts, for so many new streams from the first on.
    Each(u32, u32, Vec<Part>),
}

impl Bytes {
    pub(crate) fn is_empty(&self) -> bool {
        matches!(self, Bytes::Parts(parts) if parts.is_empty())
    }

    /// Whether the text that it begins with begins so.
    pub(crate) fn starts_with(&self, start: &str) -> bool {
        match self {
            Bytes::Text(text) => text.starts_with(start),
            Bytes::Parts(parts) => matches!(parts.first(), Some(Part::Text(text)) if text.starts_with(start)),
        }
    }

    pub(crate) fn to_vec(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.write(&mut bytes, 0);
        bytes
    }

    fn write(&self, to: &mut Vec<u8>, turn: u32) {
        match self {
            Bytes::Text(text) => to.extend(text.as_bytes()),
            Bytes::Parts(parts) => parts.iter().for_each(|part| part.write(to, turn)),
        }
    }
}

impl Part {
    fn write(&self, to: &mut Vec<u8>, turn: u32) {
        let short = match self {
            Part::Text(text) => return to.extend(text.as_bytes()),
            Part::Short(short) => short,
        };
        match short {
            Short::Hex(text) => to.extend(hex(text)),
            Short::Repeat(bytes, times) => {
                let mut one = Vec::new();
                bytes.write(&mut one, turn);
                to.extend(one.repeat(*times));
            }
            Short::Preface(()) => to.extend(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0"),
            Short::Frame(kind, flags, stream, payload) => {
                let mut content = Vec::new();
                payload.write(&mut content, turn);
                let length = u32::try_from(content.len()).expect("a small frame").to_be_bytes();
                to.extend(&length[1..]);
                to.extend([*kind, *flags]);
                to.extend(if *stream == 0 { turn } else { *stream }.to_be_bytes());
                to.extend(content);
            }
            Short::Block(headers) => headers.iter().for_each(|(name, value)| {
                to.push(0);
                string(to, &name.to_vec());
                string(to, &value.to_vec());
            }),
            Short::Each(first, times, parts) => (0..*times).for_each(|i| {
                parts.iter().for_each(|part| part.write(to, first + 2 * i));
            }),
        }
    }
}

/// A string of RFC 7541, 5.2, without Huffman.
fn string(to: &mut Vec<u8>, text: &[u8]) {
    let mut length = text.len();
    if length < 127 {
        to.push(u8::try_from(length).expect("a small number"));
    } else {
        to.push(127);
        length -= 127;
        while length >= 128 {
            to.push(u8::try_from(length % 128 + 128).expect("a small number"));
            length /= 128;
        }
        to.push(u8::try_from(length).expect("a small number"));
    }
    to.extend(text);
}

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<char> = text.chars().filter(char::is_ascii_hexdigit).collect();
    let byte = |two: &[char]| u8::from_str_radix(&two.iter().collect::<String>(), 16).expect("two digits");
    digits.chunks(2).map(byte).collect()
}
