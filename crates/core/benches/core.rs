//! The time of each stage for a file of 60 lines, and the time for many modules.

mod fixture;

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use optakit_core::source::Source;
use optakit_core::span::FileId;
use optakit_core::{api, syntax};

fn main() {
    divan::main();
}

/// Parses a file.
#[divan::bench]
fn sixty_lines_parse(bencher: Bencher<'_, '_>) {
    let source = Source::new(FileId::Service, "opta.yml", fixture::SIXTY_LINES);
    bencher.bench(|| syntax::parse(black_box(&source)));
}

/// Parses and checks a file, like `optakit validate`.
#[divan::bench]
fn sixty_lines_check(bencher: Bencher<'_, '_>) {
    bencher
        .bench(|| api::check(&fixture::request(fixture::parse(black_box(fixture::SIXTY_LINES)))));
}

/// Parses, checks and renders a file.
#[divan::bench]
fn sixty_lines_whole(bencher: Bencher<'_, '_>) {
    bencher.bench(|| {
        api::analyze(&fixture::request(fixture::parse(black_box(fixture::SIXTY_LINES))), false)
    });
}

/// Renders a file of 250 services after a keystroke in one of them, like the page.
#[divan::bench]
fn key_in_250_modules(bencher: Bencher<'_, '_>) {
    let text = file_of(250);
    let memory = api::Memory::default();
    let mut key = 0_usize;
    let next = move || {
        key += 1;
        let level = &"abcdefghij"[..key % 10];
        text.replacen("LEVEL: info", &format!("LEVEL: info{level}"), 1)
    };
    bencher.with_inputs(next).bench_local_refs(|text| {
        let service = memory.parse("opta.yml", black_box(text));
        memory.analyze(&fixture::request(service))
    });
}

/// Parses, checks and renders files of many modules.
#[divan::bench(args = [10, 100, 1_000, 10_000], max_time = 4)]
fn modules_whole(bencher: Bencher<'_, '_>, modules: usize) {
    let text = file_of(modules);
    let bencher = bencher.counter(ItemsCount::new(modules));
    bencher.bench(|| api::analyze(&fixture::request(fixture::parse(black_box(&text))), false));
}

/// Returns a service file with a number of services.
fn file_of(modules: usize) -> String {
    let mut text =
        "name: shop\nenvironments:\n  - name: staging\n    path: env.yml\nmodules:\n".to_owned();
    for index in 0..modules {
        text.push_str(&format!(
            "  - name: service{index}\n    type: k8s-service\n    image: AUTO\n    port:\n      \
             http: 8080\n    healthcheck_path: /health\n    \
             public_uri: \"service{index}.{{parent.domain}}/v1\"\n    env_vars:\n      \
             LEVEL: info\n      REGION: \"{{region}}\"\n"
        ));
    }
    text
}
