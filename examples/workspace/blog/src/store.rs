use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use schemars::JsonSchema;
use serde::Serialize;

/// The state of all routes of this crate: one blog. A clone is the same blog.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

struct Inner {
    title: String,
    posts: Mutex<Posts>,
}

#[derive(Default)]
struct Posts {
    /// Ids are not given twice.
    last: u64,
    by_id: BTreeMap<u64, Post>,
}

/// A post.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Post {
    id: u64,
    title: String,
    text: String,
}

/// A new blog without posts.
pub fn store(title: impl Into<String>) -> Store {
    Store(Arc::new(Inner { title: title.into(), posts: Mutex::default() }))
}

impl Store {
    pub(crate) fn title(&self) -> &str {
        &self.0.title
    }

    pub(crate) fn count(&self) -> usize {
        self.posts().by_id.len()
    }

    pub(crate) fn all(&self) -> Vec<Post> {
        self.posts().by_id.values().cloned().collect()
    }

    pub(crate) fn get(&self, id: u64) -> Option<Post> {
        self.posts().by_id.get(&id).cloned()
    }

    pub(crate) fn add(&self, title: String, text: String) -> Post {
        let mut posts = self.posts();
        posts.last += 1;
        let post = Post { id: posts.last, title, text };
        posts.by_id.insert(post.id, post.clone());
        post
    }

    pub(crate) fn remove(&self, id: u64) -> Option<Post> {
        self.posts().by_id.remove(&id)
    }

    fn posts(&self) -> MutexGuard<'_, Posts> {
        // Nothing is half done where a thread panics.
        self.0.posts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Post {
    pub(crate) fn id(&self) -> u64 {
        self.id
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").field("title", &self.title()).finish_non_exhaustive()
    }
}
