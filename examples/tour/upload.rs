//! Files of any size, in and out, in constant memory.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use route_runtime::{ApiError, ApiRequest, ApiResponse, RawBody, State, get, post};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::fs::{self, File};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, BufWriter};
use tokio_util::io::ReaderStream;

/// What is read or written at once: few calls of the system, little memory for each client.
const PIECE: usize = 64 * 1024;

/// Nobody writes to a part any more that was written to so long ago.
const STALE: Duration = Duration::from_secs(60 * 60);

/// The folder of the files. While one arrives, it is a part: a hidden file, which no request can name.
#[derive(Clone)]
pub(crate) struct Uploads(Arc<Path>);

impl Uploads {
    /// Creates the folder on the first start, and removes the parts that a killed tour left.
    pub(crate) fn open(folder: &Path) -> Result<Self, String> {
        prepare(folder).map_err(|error| {
            format!("can't keep uploads in {}: {error}; TOUR_UPLOADS names the folder", folder.display())
        })?;
        Ok(Uploads(folder.into()))
    }

    fn file(&self, name: &str) -> Result<PathBuf, ApiError> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
        if (1..=100).contains(&name.len()) && !name.starts_with('.') && name.bytes().all(plain) {
            Ok(self.0.join(name))
        } else {
            Err(ApiError::bad_request(
                "path parameter `name` must be 1 to 100 letters, digits, `-`, `_` and `.`, and not begin with `.`",
            ))
        }
    }
}

fn prepare(folder: &Path) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let is_part = name.to_str().is_some_and(|name| name.starts_with('.') && name.ends_with(".part"));
        if is_part && entry.metadata()?.modified()?.elapsed().is_ok_and(|age| age > STALE) {
            std::fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// The name of a file.
#[derive(Deserialize, JsonSchema)]
struct FileName(#[schemars(regex(pattern = "^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}$"))] String);

#[derive(Serialize, JsonSchema)]
struct Stored {
    name: String,
    bytes: u64,
}

/// Stores the body as a file, in place of one that has the name.
#[post("/api/upload/[name]", status = 201, body_parser = false, max_duration = false)]
async fn upload(
    name: FileName,
    req: ApiRequest<RawBody>,
    State(uploads): State<Uploads>,
) -> Result<ApiResponse<Stored>, ApiError> {
    let FileName(name) = name;
    let file = uploads.file(&name)?;
    let mut part = Part::create(uploads.0, name.clone()).await?;
    let mut bytes = 0;
    let mut body = req.into_body();
    while let Some(chunk) = body.chunk().await? {
        part.file.write_all(&chunk).await?;
        bytes += chunk.len() as u64;
    }
    part.keep(&file).await?;
    let location = format!("/api/upload/{name}");
    Ok(ApiResponse::ok(Stored { name, bytes }).header("location", location))
}

/// The file, in pieces.
#[get("/api/upload/[name]", response_limit = false)]
async fn download(name: FileName, State(uploads): State<Uploads>) -> Result<ApiResponse, ApiError> {
    let file = match File::open(uploads.file(&name.0)?).await {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(ApiError::not_found("no file has this name"));
        }
        opened => opened?,
    };
    let bytes = file.metadata().await?.len();
    Ok(ApiResponse::new()
        .header("content-type", "application/octet-stream")
        .header("content-length", bytes)
        // Whatever it is, it is no page of this site.
        .header("content-disposition", "attachment")
        .header("x-content-type-options", "nosniff")
        .stream(ReaderStream::with_capacity(file.take(bytes), PIECE)))
}

/// A file that arrives. Dropped before it is kept, it is removed: the body broke off, or the client went away.
struct Part {
    file: BufWriter<File>,
    path: PathBuf,
    kept: bool,
}

impl Part {
    /// A part of its own for everybody who sends this name.
    async fn create(folder: Arc<Path>, name: String) -> io::Result<Part> {
        // At once with its guard: dropped meanwhile, it is removed too.
        let create = move || {
            let mut number = 0;
            loop {
                let path = folder.join(format!(".{name}.{number}.part"));
                match std::fs::File::create_new(&path) {
                    Ok(file) => {
                        let file = BufWriter::with_capacity(PIECE, File::from_std(file));
                        return Ok(Part { file, path, kept: false });
                    }
                    Err(error) if error.kind() == io::ErrorKind::AlreadyExists => number += 1,
                    Err(error) => return Err(error),
                }
            }
        };
        tokio::task::spawn_blocking(create).await?
    }

    /// Makes it the file at `path`, which so is whole whenever it is there, even after a power failure.
    async fn keep(mut self, path: &Path) -> io::Result<()> {
        self.file.flush().await?;
        self.file.get_ref().sync_all().await?;
        fs::rename(&self.path, path).await?;
        self.kept = true;
        Ok(())
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if !self.kept {
            // Where that fails, the next start removes it.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}
