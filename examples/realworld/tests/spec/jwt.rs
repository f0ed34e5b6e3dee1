//! Tokens made by hand.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac as _};
use serde_json::Value;
use sha2::Sha256;

pub(crate) const HEADER: &str = r#"{"alg":"HS256","typ":"JWT"}"#;

pub(crate) fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The three parts of a token, as they are written.
pub(crate) fn parts(token: &str) -> [&str; 3] {
    let parts: Vec<&str> = token.split('.').collect();
    parts.try_into().expect("three parts")
}

/// What a token claims.
pub(crate) fn claims(token: &str) -> Value {
    let bytes = URL_SAFE_NO_PAD.decode(parts(token)[1]).expect("base64url");
    serde_json::from_slice(&bytes).expect("JSON")
}

/// The signature by HS256, as it is written.
pub(crate) fn signature(key: &[u8], signed: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("any length is a key");
    mac.update(signed.as_bytes());
    encode(mac.finalize().into_bytes())
}

/// A token that the holder of the key has signed.
pub(crate) fn sign(key: &[u8], header: &str, payload: &str) -> String {
    let signed = format!("{}.{}", encode(header), encode(payload));
    let signature = signature(key, &signed);
    format!("{signed}.{signature}")
}
