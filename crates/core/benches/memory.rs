//! The peak memory of the core (`max alloc`), to compare with the size of the file.

mod fixture;

use divan::counter::BytesCount;
use divan::{AllocProfiler, Bencher, black_box};
use optakit_core::api;

#[global_allocator]
static ALLOCATIONS: AllocProfiler = AllocProfiler::system();

fn main() {
    divan::main();
}

/// How often the services of the file of 60 lines are copied.
const COPIES: [usize; 3] = [1, 10, 100];

#[divan::bench(args = COPIES, max_time = 1)]
fn check(bencher: Bencher<'_, '_>, copies: usize) {
    let text = copies_of(copies);
    let bencher = bencher.counter(BytesCount::new(text.len()));
    bencher.bench_local(|| api::check(&fixture::request(fixture::parse(black_box(&text)))));
}

#[divan::bench(args = COPIES, max_time = 1)]
fn whole(bencher: Bencher<'_, '_>, copies: usize) {
    let text = copies_of(copies);
    let bencher = bencher.counter(BytesCount::new(text.len()));
    bencher
        .bench_local(|| api::analyze(&fixture::request(fixture::parse(black_box(&text))), false));
}

/// Returns the file of 60 lines with copies of its modules under other names.
fn copies_of(count: usize) -> String {
    let (head, modules) =
        fixture::SIXTY_LINES.split_once("modules:\n").expect("the file has modules");
    let names = ["db", "media", "api", "worker"];
    let copy = |index: usize| {
        names.iter().fold(modules.to_owned(), |text, name| {
            let text = text.replace(&format!("name: {name}\n"), &format!("name: {name}{index}\n"));
            text.replace(&format!("- {name}\n"), &format!("- {name}{index}\n"))
                .replace(&format!("- {name}: ["), &format!("- {name}{index}: ["))
        })
    };
    format!("{head}modules:\n{}", (0..count).map(copy).collect::<String>())
}
