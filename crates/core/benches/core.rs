//! How long the core takes: each stage of a file of 60 lines, and how it grows with the number of
//! modules.

mod fixture;

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use optakit_core::source::Source;
use optakit_core::span::FileId;
use optakit_core::{api, syntax};

fn main() {
    divan::main();
}

/// Text to tree.
#[divan::bench]
fn sixty_lines_parse(bencher: Bencher<'_, '_>) {
    let source = Source::new(FileId::Service, "opta.yml", fixture::SIXTY_LINES);
    bencher.bench(|| syntax::parse(black_box(&source)));
}

/// Text to faults: what `validate` does.
#[divan::bench]
fn sixty_lines_check(bencher: Bencher<'_, '_>) {
    // A new request each time: one that was read once is not read again.
    bencher
        .with_inputs(|| fixture::request(fixture::SIXTY_LINES))
        .bench_refs(|request| api::check(black_box(request)));
}

/// Text to faults and manifests as YAML.
#[divan::bench]
fn sixty_lines_whole(bencher: Bencher<'_, '_>) {
    bencher
        .with_inputs(|| fixture::request(fixture::SIXTY_LINES))
        .bench_refs(|request| api::analyze(black_box(request), false));
}

/// A key in one of 250 services, with what the key before it has left: what the page does.
#[divan::bench]
fn key_in_250_modules(bencher: Bencher<'_, '_>) {
    let text = file_of(250);
    let memory = api::Memory::default();
    let mut key = 0_usize;
    let next = move || {
        key += 1;
        let level = &"abcdefghij"[..key % 10];
        fixture::request(&text.replacen("LEVEL: info", &format!("LEVEL: info{level}"), 1))
    };
    bencher.with_inputs(next).bench_local_refs(|request| memory.analyze(black_box(request)));
}

/// The whole, by module.
#[divan::bench(args = [10, 100, 1_000, 10_000], max_time = 4)]
fn modules_whole(bencher: Bencher<'_, '_>, modules: usize) {
    let text = file_of(modules);
    let bencher = bencher.counter(ItemsCount::new(modules)).with_inputs(|| fixture::request(&text));
    bencher.bench_refs(|request| api::analyze(black_box(request), false));
}

/// A service file of so many services.
fn file_of(modules: usize) -> String {
    let mut text =
        "name: shop\nenvironments:\n  - name: staging\n    path: env.yml\nmodules:\n".to_owned();
    for index in 0..modules {
        text.push_str(&format!(
            "  - name: service{index}\n    type: k8s-service\n    image: AUTO\n    port:\n      http: 8080\n    healthcheck_path: /health\n    \
             public_uri: \"service{index}.{{parent.domain}}/v1\"\n    env_vars:\n      LEVEL: info\n      REGION: \"{{region}}\"\n"
        ));
    }
    text
}
