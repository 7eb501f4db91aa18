//! How much memory the core takes at its peak: `max alloc`, to be held against the bytes of the
//! file, which are printed.

mod fixture;

use divan::counter::BytesCount;
use divan::{AllocProfiler, Bencher, black_box};
use optakit_core::api;

#[global_allocator]
static ALLOCATIONS: AllocProfiler = AllocProfiler::system();

fn main() {
    divan::main();
}

/// Files of so many copies of the services of the file of 60 lines.
const COPIES: [usize; 3] = [1, 10, 100];

#[divan::bench(args = COPIES, max_time = 1)]
fn check(bencher: Bencher<'_, '_>, copies: usize) {
    let text = copies_of(copies);
    let bencher =
        bencher.counter(BytesCount::new(text.len())).with_inputs(|| fixture::request(&text));
    bencher.bench_local_refs(|request| api::check(black_box(request)));
}

#[divan::bench(args = COPIES, max_time = 1)]
fn whole(bencher: Bencher<'_, '_>, copies: usize) {
    let text = copies_of(copies);
    let bencher =
        bencher.counter(BytesCount::new(text.len())).with_inputs(|| fixture::request(&text));
    bencher.bench_local_refs(|request| api::analyze(black_box(request), false));
}

/// The file of 60 lines with its modules so many times over, under other names.
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
