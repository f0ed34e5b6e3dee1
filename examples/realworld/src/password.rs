//! Passwords: argon2id with the parameters that OWASP advises.

use std::num::NonZero;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::available_parallelism;

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use route_runtime::ApiError;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

/// Hashes passwords, as many at a time as there are cores: each takes 19 MiB and all of a core.
#[derive(Clone)]
pub(crate) struct Passwords {
    permits: Arc<Semaphore>,
    /// The memory of hashes that are done, for the next ones: allocators give such pieces back late or never.
    memory: Arc<Mutex<Vec<Vec<Block>>>>,
    /// The hash of no password, for users that do not exist.
    decoy: Arc<str>,
}

impl Passwords {
    pub(crate) fn new() -> Result<Self, ApiError> {
        let cores = available_parallelism().map_or(1, NonZero::get);
        let mut memory = Vec::new();
        let decoy = hash("", &mut memory)?.into();
        Ok(Passwords {
            permits: Arc::new(Semaphore::new(cores)),
            memory: Arc::new(Mutex::new(vec![memory])),
            decoy,
        })
    }

    pub(crate) async fn hash(&self, password: String) -> Result<String, ApiError> {
        self.run(move |memory| hash(&password, memory)).await
    }

    /// Whether the password is the one of the hash. Without a hash it is not, which takes as long: the time does not tell
    /// who has an account.
    pub(crate) async fn verify(&self, password: String, hash: Option<String>) -> Result<bool, ApiError> {
        let decoy = Arc::clone(&self.decoy);
        self.run(move |memory| {
            let same = verify(&password, hash.as_deref().unwrap_or(&decoy), memory)?;
            Ok(same && hash.is_some())
        })
        .await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Vec<Block>) -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let permit = Arc::clone(&self.permits).acquire_owned().await?;
        let pool = Arc::clone(&self.memory);
        let done = spawn_blocking(move || {
            let mut memory = pool.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default();
            let value = work(&mut memory);
            pool.lock().unwrap_or_else(PoisonError::into_inner).push(memory);
            // With the work, which goes on when nobody waits for it any more.
            drop(permit);
            value
        });
        done.await?
    }
}

fn hash(password: &str, memory: &mut Vec<Block>) -> Result<String, ApiError> {
    let argon2 = Argon2::default();
    let mut salt = [0; 16];
    getrandom::fill(&mut salt)?;
    let hash = PasswordHash {
        algorithm: Algorithm::default().ident(),
        version: Some(Version::default().into()),
        params: ParamsString::try_from(argon2.params())?,
        salt: Some(Salt::new(&salt)?),
        hash: Some(output(&argon2, password, &salt, memory)?),
    };
    Ok(hash.to_string())
}

fn verify(password: &str, hash: &str, memory: &mut Vec<Block>) -> Result<bool, ApiError> {
    let hash = PasswordHash::new(hash)?;
    let argon2 = Argon2::new(Algorithm::default(), Version::default(), Params::try_from(&hash)?);
    let (Some(salt), Some(wanted)) = (hash.salt, hash.hash) else { return Err("half a hash".into()) };
    // Compared in constant time.
    Ok(output(&argon2, password, &salt, memory)? == wanted)
}

fn output(
    argon2: &Argon2<'_>,
    password: &str,
    salt: &[u8],
    memory: &mut Vec<Block>,
) -> Result<Output, ApiError> {
    memory.resize(argon2.params().block_count(), Block::default());
    let mut output = [0; Params::DEFAULT_OUTPUT_LEN];
    argon2.hash_password_into_with_memory(password.as_bytes(), salt, &mut output, memory.as_mut_slice())?;
    Ok(Output::new(&output)?)
}
