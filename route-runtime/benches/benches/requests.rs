//! Instructions and allocations for each request, by Callgrind and DHAT. Repeatable to a fraction of a percent.
//!
//! `cargo run --release --bin report` runs this, compares with the budgets, and writes the tables of PERFORMANCE.md.

use std::hint::black_box;

use benches::{Case, JsonAlone, Prepared, Way};
use gungraun::prelude::*;
use gungraun::{Callgrind, Dhat, LibraryBenchmarkConfig};

/// A function for each way, a case for each request.
macro_rules! requests {
    ($($name:ident $way:ident)*) => {$(
        #[library_benchmark(setup = Prepared::new)]
        #[bench::hello(Way::$way, Case::Hello)]
        #[bench::hello_tagged(Way::$way, Case::HelloTagged)]
        #[bench::trivia(Way::$way, Case::Trivia)]
        #[bench::trivia_refused(Way::$way, Case::TriviaRefused)]
        #[bench::post(Way::$way, Case::Post)]
        #[bench::post_json(Way::$way, Case::PostJson)]
        #[bench::query(Way::$way, Case::Query)]
        #[bench::catch_all(Way::$way, Case::CatchAll)]
        #[bench::missing(Way::$way, Case::Missing)]
        #[bench::wrong_method(Way::$way, Case::WrongMethod)]
        #[bench::mebibyte(Way::$way, Case::Mebibyte)]
        #[bench::cookies(Way::$way, Case::Cookies)]
        #[bench::plain(Way::$way, Case::Plain)]
        #[bench::unread(Way::$way, Case::Unread)]
        #[bench::read(Way::$way, Case::Read)]
        #[bench::stream(Way::$way, Case::Stream)]
        #[bench::json_1(Way::$way, Case::Json1)]
        #[bench::json_10(Way::$way, Case::Json10)]
        #[bench::json_100(Way::$way, Case::Json100)]
        fn $name(prepared: Prepared) -> (Prepared, usize) {
            black_box(prepared).run()
        }
    )*};
}

requests! {
    axum Axum
    guarded Guarded
    routes Routes
    service Service
}

#[library_benchmark(setup = JsonAlone::new)]
#[bench::json_1(1)]
#[bench::json_10(10)]
#[bench::json_100(100)]
fn written(alone: JsonAlone) -> usize {
    black_box(alone).run()
}

library_benchmark_group!(name = all, benchmarks = [axum, guarded, routes, service, written]);

main!(
    config = LibraryBenchmarkConfig::default()
        .tool(Callgrind::with_args(["--cache-sim=no"]))
        .tool(Dhat::default()),
    library_benchmark_groups = all
);
