//! What comes over HTTP/2: frames, as far as a case has to know them.

use crate::cases::Want;
use crate::socket::Wire;

/// What decides first: `goaway`, `closed`, or on the stream that is watched `reset` or a status.
pub(crate) fn outcome(wire: &mut Wire, want: &Want) -> String {
    let watched = want.stream.unwrap_or(1);
    loop {
        let frame = match frame(wire) {
            Ok(Some(frame)) => frame,
            Ok(None) => return "closed".to_owned(),
            Err(error) => return error,
        };
        match frame {
            Frame { kind: 7, .. } => return "goaway".to_owned(),
            Frame { kind: 3, stream, .. } if stream == watched => return "reset".to_owned(),
            Frame { kind: 1, stream, payload } if stream == watched => return status(&payload),
            _ => {}
        }
    }
}

struct Frame {
    kind: u8,
    stream: u32,
    payload: Vec<u8>,
}

fn frame(wire: &mut Wire) -> Result<Option<Frame>, String> {
    let Some(head) = wire.take(9)? else { return Ok(None) };
    if head.starts_with(b"HTTP/1.1 ") {
        // It was no HTTP/2 to the server.
        return Ok(None);
    }
    let length = usize::from(head[0]) << 16 | usize::from(head[1]) << 8 | usize::from(head[2]);
    let stream = u32::from_be_bytes([head[5] & 0x7F, head[6], head[7], head[8]]);
    Ok(wire.take(length)?.map(|payload| Frame { kind: head[3], stream, payload }))
}

/// The status at the start of a block of headers (RFC 7541), where h2 has it.
fn status(block: &[u8]) -> String {
    const IN_TABLE: [&str; 7] = ["200", "204", "206", "304", "400", "404", "500"];
    // Changes of the size of the table come first.
    let mut block = block;
    while let [0x20..=0x3F, rest @ ..] = block {
        block = rest;
    }
    match block {
        [index @ 0x88..=0x8E, ..] => IN_TABLE[usize::from(index - 0x88)].to_owned(),
        [0x08 | 0x18 | 0x48, length, rest @ ..] => {
            let text = &rest[..usize::from(length & 0x7F).min(rest.len())];
            if length & 0x80 == 0 { String::from_utf8_lossy(text).into_owned() } else { digits(text) }
        }
        _ => format!("headers that begin with {:02x?}", block.get(..4)),
    }
}

/// Digits in the code of Huffman: 0 to 2 have five bits, 3 to 9 have six.
fn digits(code: &[u8]) -> String {
    let bits: Vec<u32> =
        code.iter().flat_map(|byte| (0..8).rev().map(move |i| u32::from(byte >> i & 1))).collect();
    let number = |bits: &[u32]| bits.iter().fold(0, |number, bit| number * 2 + bit);
    let (mut text, mut at) = (String::new(), 0);
    while text.len() < 3 && at + 5 <= bits.len() {
        let five = number(&bits[at..at + 5]);
        let (digit, length) = match five {
            0..=2 => (Some(five), 5),
            _ => (bits.get(at..at + 6).and_then(|six| number(six).checked_sub(0b01_1001)).map(|n| n + 3), 6),
        };
        text.extend(digit.and_then(|digit| char::from_digit(digit, 10)));
        at += length;
    }
    text
}
