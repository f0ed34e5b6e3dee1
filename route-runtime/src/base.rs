//! Paths that are static text: what is put before routes, or beside them.

use crate::decode::{encode_segment, is_pchar};

/// A base path as segments of a pattern.
pub(crate) fn base_segments(path: &str) -> Result<Vec<String>, String> {
    let bad = || {
        format!(
            "`.base({path:?})` is no base path: write static text with a `/` before each segment, as in `/api/v1`"
        )
    };
    let rest = path.strip_prefix('/').ok_or_else(bad)?;
    let plain = |c: char| u8::try_from(c).ok().filter(u8::is_ascii).map_or(!c.is_whitespace(), is_pchar);
    let good = |part: &&str| {
        !part.is_empty()
            && part.chars().all(plain)
            && !part.starts_with([':', '*'])
            && !matches!(*part, "." | "..")
    };
    let parts: Vec<&str> = rest.split('/').collect();
    if parts.iter().all(good) {
        Ok(parts.into_iter().map(|part| encode_segment(part).into_owned()).collect())
    } else {
        Err(bad())
    }
}

/// Whether it is text with a `/` before each segment.
#[cfg(feature = "openapi")]
pub(crate) fn is_static_path(path: &str) -> bool {
    base_segments(path).is_ok()
}
