//! An application of many routes for `report`: `scale axum|routes|service <count>`.
//!
//! Prints how long it took to make it, in milliseconds, and how many bytes it has then; under Callgrind the functions below are
//! what is counted.

use std::alloc::{GlobalAlloc, Layout, System};
use std::error::Error;
use std::hint::black_box;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use axum::extract::Request;
use benches::many::{self, Written};
use benches::{App, Way};

/// The system's allocator, and how many bytes it has given.
struct Counting;

static LIVE: AtomicUsize = AtomicUsize::new(0);

// SAFETY: all is handed on to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        LIVE.fetch_add(layout.size(), Ordering::Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size(), Ordering::Relaxed);
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// How often each path is asked.
const ASKED: usize = 20;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (way, count) = (arguments.next(), arguments.next());
    let way = match way.as_deref() {
        Some("axum") => Way::Axum,
        Some("routes") => Way::Routes,
        Some("service") => Way::Service,
        _ => return Err("`scale axum|routes|service <count>`".into()),
    };
    let count: usize = count.ok_or("how many?")?.parse()?;
    let written = Written::new(way, count);
    let before = LIVE.load(Ordering::Relaxed);
    let start = Instant::now();
    let mut app = written.build();
    let (took, live) = (start.elapsed(), LIVE.load(Ordering::Relaxed) - before);
    println!("{} {live}", took.as_secs_f64() * 1e3);
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let _in_runtime = runtime.enter();
    for (asked, ask) in many::ASKED.iter().zip([first, middle, last, miss]) {
        // Once before it counts.
        let wanted = if *asked == "miss" { 404 } else { 200 };
        assert_eq!(app.answer(many::request(asked, count)).0.as_u16(), wanted, "{asked}");
        let requests = (0..ASKED).map(|_| many::request(asked, count)).collect();
        black_box(ask(&mut app, requests));
    }
    Ok(())
}

macro_rules! asks {
    ($($name:ident)*) => {$(
        #[inline(never)]
        fn $name(app: &mut App, requests: Vec<Request>) -> usize {
            // So that no two are one.
            black_box(stringify!($name));
            requests.into_iter().map(|request| app.answer(request).1).sum()
        }
    )*};
}

asks! { first middle last miss }
