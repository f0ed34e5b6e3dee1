//! Passwords: argon2id with the parameters that OWASP advises.

use std::num::NonZero;
use std::sync::Arc;
use std::thread::available_parallelism;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Argon2, PasswordHasher as _, PasswordVerifier as _};
use route_runtime::ApiError;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

/// Hashes passwords, as many at a time as there are cores: each takes 19 MiB and all of a core, for a crowd would be a
/// flood.
#[derive(Clone)]
pub(crate) struct Passwords {
    permits: Arc<Semaphore>,
    /// The hash of no password, for users that do not exist.
    decoy: Arc<str>,
}

impl Passwords {
    pub(crate) fn new() -> Result<Self, ApiError> {
        let cores = available_parallelism().map_or(1, NonZero::get);
        Ok(Passwords { permits: Arc::new(Semaphore::new(cores)), decoy: hash("")?.into() })
    }

    pub(crate) async fn hash(&self, password: String) -> Result<String, ApiError> {
        let _permit = self.permits.acquire().await?;
        spawn_blocking(move || hash(&password)).await?
    }

    /// Whether the password is the one of the hash. Without a hash it is not, which takes as long: the time does not tell
    /// who has an account.
    pub(crate) async fn verify(&self, password: String, hash: Option<String>) -> Result<bool, ApiError> {
        let _permit = self.permits.acquire().await?;
        let decoy = Arc::clone(&self.decoy);
        spawn_blocking(move || {
            let hash_or_decoy = PasswordHash::new(hash.as_deref().unwrap_or(&decoy))?;
            let same = Argon2::default().verify_password(password.as_bytes(), &hash_or_decoy).is_ok();
            Ok(same && hash.is_some())
        })
        .await?
    }
}

fn hash(password: &str) -> Result<String, ApiError> {
    Ok(Argon2::default().hash_password(password.as_bytes())?.to_string())
}
