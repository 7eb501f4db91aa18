//! Runs a path of the core many times, for a profiler. `hot_paths keystroke 100` renders after 100
//! keystrokes, like the page. `hot_paths render 2000` renders 2000 files.

mod fixture;

use optakit_core::api::{self, Analysis, Memory};

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
            // A word that grows letter by letter.
            let typed = |key: usize| {
                let level = format!("LOG_LEVEL: info{}", &"abcdefghij"[..key % 10]);
                let text = with("LOG_LEVEL: info", &level);
                fixture::request(memory.parse("opta.yml", &text))
            };
            (0..times).map(|key| count_objects(memory.analyze(&typed(key)))).sum()
        }
        "render" => {
            let request = |file: usize| {
                let text = with("name: shop", &format!("name: shop{file}"));
                fixture::request(fixture::parse(&text))
            };
            (0..times).map(|file| count_objects(api::analyze(&request(file), false))).sum()
        }
        _ => panic!("`{path}` is neither `keystroke` nor `render`"),
    };
    assert!(objects >= times, "each request is rendered");
}

/// Returns the fixture with a replacement.
fn with(from: &str, to: &str) -> String {
    assert!(fixture::SIXTY_LINES.contains(from), "the fixture contains it");
    fixture::SIXTY_LINES.replacen(from, to, 1)
}

fn count_objects(analysis: Analysis) -> usize {
    analysis.manifests.expect("the text has no errors").len()
}
