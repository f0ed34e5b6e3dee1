//! Time for each request. For a look on a quiet machine: nothing is decided by it.

use benches::{App, Case, Way};
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};

fn requests(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let _in_runtime = runtime.enter();
    for case in Case::ALL {
        let mut group = criterion.benchmark_group(format!("{case:?}"));
        for way in [Way::Axum, Way::Guarded, Way::Routes, Way::Service] {
            let mut app = App::new(way);
            group.bench_function(format!("{way:?}"), |bencher| {
                bencher.iter_batched(|| case.request(), |request| app.answer(request), BatchSize::SmallInput);
            });
        }
        group.finish();
    }
}

criterion_group!(all, requests);
criterion_main!(all);
