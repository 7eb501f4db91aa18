//! Two hot paths, so many times over, for a profiler: `hot_paths keystroke 100` is what the page
//! does on a key, `hot_paths render 2000` renders as many files.

mod fixture;

use optakit_core::api::{self, Analysis, Memory, Request};

fn main() {
    let arguments: Vec<String> =
        std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let (path, times) = match arguments.as_slice() {
        [path, times] => (path.as_str(), times.parse().expect("the second argument is a number")),
        _ => ("keystroke", 100),
    };
    let objects: usize = match path {
        "keystroke" => {
            let memory = Memory::default();
            // A word that grows and begins again, as words do while they are typed.
            let typed = |key: usize| {
                with("LOG_LEVEL: info", &format!("LOG_LEVEL: info{}", &"abcdefghij"[..key % 10]))
            };
            (0..times).map(|key| count_objects(memory.analyze(&typed(key)))).sum()
        }
        "render" => (0..times)
            .map(|file| {
                count_objects(api::analyze(
                    &with("name: shop", &format!("name: shop{file}")),
                    false,
                ))
            })
            .sum(),
        _ => panic!("`{path}` is neither `keystroke` nor `render`"),
    };
    assert!(objects >= times, "each is answered with manifests");
}

fn with(from: &str, to: &str) -> Request {
    assert!(fixture::SIXTY_LINES.contains(from), "the fixture has it");
    fixture::request(&fixture::SIXTY_LINES.replacen(from, to, 1))
}

fn count_objects(analysis: Analysis) -> usize {
    analysis.manifests.expect("the text has no errors").len()
}
